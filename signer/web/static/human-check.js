// The human check of a form, begun while the person types: fetches a challenge of ALTCHA's protocol, lets workers solve
// it, and puts the solution into the form. Without this script, or where it fails, the form leads to a page that asks for
// some seconds of patience: nothing here ever keeps a form from being sent for more than three seconds.

(() => {
  'use strict'

  const HOLD = 3000 // milliseconds that a press of the button waits for the work at most
  const RETRY = 5000
  const SOLVE = 120000
  const RENEW_AT = 0.75 // of a challenge's lifetime
  const WORKERS = 2

  const place = document.getElementById('human-check')
  if (!place || !window.Worker || !window.crypto || !window.crypto.subtle) return // insecure or old: patience will do
  const form = place.closest('form')
  const field = place.querySelector('[name="human_check"]')
  const status = place.querySelector('[role="status"]')
  const patience = document.getElementById('wait')

  // The one address that a worker may come from, for browsers that enforce Trusted Types.
  const policy = window.trustedTypes && window.trustedTypes.createPolicy('human-check', {
    createScriptURL: (address) => {
      const url = new URL(address, location.href)
      if (url.origin !== location.origin) throw new TypeError('a worker of another origin')
      return url.href
    }
  })
  const newWorker = () => new Worker(policy ? policy.createScriptURL(place.dataset.worker) : place.dataset.worker)

  let working = false
  let renewAt = Infinity // by Date.now(): timers stand still while a phone sleeps
  let timer // of the next renewal or try
  let held // the press that waits: its button and its timer
  let sending = false

  const say = (words) => { if (status.textContent !== words) status.textContent = words }

  const solve = async (challenge) => {
    const count = Math.min(WORKERS, navigator.hardwareConcurrency || 1)
    const workers = Array.from({ length: count }, newWorker)
    try {
      return await new Promise((resolve, reject) => {
        workers.forEach((worker, start) => {
          worker.onmessage = ({ data }) => data && data.derivedKey ? resolve(data) : reject(new Error('no solution'))
          worker.onerror = () => reject(new Error('no worker'))
          worker.postMessage({ type: 'work', challenge, counterStart: start, counterStep: count, timeout: SOLVE })
        })
      })
    } finally {
      workers.forEach((worker) => worker.terminate())
    }
  }

  const next = (milliseconds) => {
    clearTimeout(timer)
    timer = setTimeout(check, milliseconds)
  }

  const check = async () => {
    if (working) return
    working = true
    try {
      const answer = await fetch(place.dataset.challenge, { cache: 'no-store', credentials: 'omit' })
      if (!answer.ok) throw new Error('no challenge')
      const { parameters, signature, lifetime } = await answer.json()
      const lasts = lifetime * 1000 * RENEW_AT
      renewAt = Date.now() + lasts
      next(lasts)
      const { counter, derivedKey } = await solve({ parameters, signature })
      field.value = btoa(JSON.stringify({ challenge: { parameters, signature }, solution: { counter, derivedKey } }))
      if (patience) patience.hidden = true
      say(place.dataset.done)
    } catch {
      if (!field.value) say(place.dataset.retrying)
      next(RETRY)
    } finally {
      working = false
      send()
    }
  }

  const hold = (event) => {
    const elsewhere = event.submitter && event.submitter.hasAttribute('formaction')
    if (sending || elsewhere || field.value || !working) return
    event.preventDefault()
    if (held) return
    held = { button: event.submitter, timer: setTimeout(send, HOLD) }
    if (held.button) held.button.setAttribute('aria-disabled', 'true')
  }

  const send = () => {
    if (!held) return
    const { button, timer } = held
    held = undefined
    clearTimeout(timer)
    if (button) button.removeAttribute('aria-disabled')
    sending = true
    if (form.requestSubmit) form.requestSubmit(button)
    else form.submit()
    sending = false
  }

  form.addEventListener('submit', hold)
  document.addEventListener('visibilitychange', () => { if (Date.now() >= renewAt) check() })
  window.addEventListener('online', () => { if (!field.value) check() })
  // Back from the next page: what was solved may have been spent there.
  window.addEventListener('pageshow', (event) => { if (event.persisted) check() })
  say(place.dataset.checking)
  check()
})()
