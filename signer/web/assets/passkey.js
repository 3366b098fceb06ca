// Asks the browser for a passkey (WebAuthn) and sends what it says with the form. No passkey works without a script.

const form = document.querySelector('[data-passkey]')

const toBytes = (text) =>
  Uint8Array.from(atob(text.replace(/-/g, '+').replace(/_/g, '/')), (character) => character.charCodeAt(0))
const toText = (buffer) =>
  btoa(String.fromCharCode(...new Uint8Array(buffer))).replace(/\+/g, '-').replace(/\//g, '_').replace(/=/g, '')
const described = (credentials) => (credentials || []).map((one) => ({ ...one, id: toBytes(one.id) }))

async function create (options) {
  const made = await navigator.credentials.create({
    publicKey: {
      ...options,
      challenge: toBytes(options.challenge),
      user: { ...options.user, id: toBytes(options.user.id) },
      excludeCredentials: described(options.excludeCredentials)
    }
  })
  return {
    id: made.id,
    rawId: toText(made.rawId),
    type: made.type,
    response: {
      attestationObject: toText(made.response.attestationObject),
      clientDataJSON: toText(made.response.clientDataJSON),
      transports: made.response.getTransports ? made.response.getTransports() : []
    },
    extensions: JSON.stringify(made.getClientExtensionResults())
  }
}

async function get (options) {
  const given = await navigator.credentials.get({
    publicKey: {
      ...options,
      challenge: toBytes(options.challenge),
      allowCredentials: described(options.allowCredentials)
    }
  })
  return {
    id: given.id,
    rawId: toText(given.rawId),
    type: given.type,
    response: {
      authenticatorData: toText(given.response.authenticatorData),
      clientDataJSON: toText(given.response.clientDataJSON),
      signature: toText(given.response.signature),
      userHandle: given.response.userHandle ? toText(given.response.userHandle) : null
    }
  }
}

if (form) {
  const text = form.querySelector('[data-passkey-text]')
  const again = form.querySelector('[data-passkey-again]')
  const ask = async () => {
    again.hidden = true
    try {
      const answer = await { create, get }[form.dataset.passkey](JSON.parse(form.dataset.options))
      form.elements.credential.value = JSON.stringify(answer)
      form.submit()
    } catch {
      text.textContent = text.dataset.failed
      again.hidden = false
    }
  }
  again.addEventListener('click', ask)
  ask()
}
