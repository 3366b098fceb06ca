// Says when the session is about to end, and makes it last on request. Nothing that was typed is touched: the page stays.

const WARN_SECONDS = 5 * 60
const TICK_MILLISECONDS = 15 * 1000
const frame = document.querySelector('[data-session-seconds]')

if (frame) {
  const soon = frame.querySelector('[data-session-soon]')
  const text = frame.querySelector('[data-session-text]')
  const stay = frame.querySelector('[data-session-stay]')
  const until = frame.querySelector('[data-session-until]')
  const lasts = Number(frame.dataset.sessionSeconds) * 1000
  let ends = Date.now() + lasts
  let said = ''

  const say = (sentence) => {
    // Only what is new is written: a screen reader speaks it each time.
    if (sentence !== said) text.textContent = said = sentence
  }

  const look = () => {
    const left = Math.ceil((ends - Date.now()) / 1000)
    soon.hidden = left > WARN_SECONDS
    if (soon.hidden) return
    stay.hidden = left <= 0
    say(left > 0 ? `${text.dataset.sessionMinutes} ${Math.ceil(left / 60)}` : frame.dataset.sessionOver)
  }

  stay.addEventListener('click', async () => {
    try {
      const answer = await fetch(frame.dataset.sessionAddress, { redirect: 'error', cache: 'no-store' })
      if (!answer.ok) throw new Error(answer.statusText)
      ends = Date.now() + lasts
      say(frame.dataset.sessionOn)
      stay.hidden = true
      // It named the time that holds no longer.
      until.hidden = true
    } catch {
      say(frame.dataset.sessionOver)
    }
  })

  setInterval(look, TICK_MILLISECONDS)
  // A computer that slept has missed the ticks.
  document.addEventListener('visibilitychange', look)
}
