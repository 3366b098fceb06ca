// Comfort on the thanks page: buttons that print and copy. Without this script they stay hidden and nothing is missed.

for (const button of document.querySelectorAll('[data-print]')) {
  button.hidden = false
  button.addEventListener('click', () => window.print())
}

for (const button of document.querySelectorAll('[data-copy]')) {
  button.hidden = !navigator.clipboard
  button.addEventListener('click', async () => {
    const input = document.getElementById(button.dataset.copy)
    await navigator.clipboard.writeText(input.value)
    input.select()
    document.getElementById(button.dataset.said ?? 'copied').textContent = button.dataset.copied
  })
}
