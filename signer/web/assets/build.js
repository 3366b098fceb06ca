// Builds the style sheets into signer/web/static, and puts altcha's worker there; what needs no building lies there.
// Run by `npm ci && npm run build`; the output is committed, so that nobody needs Node to run the service.

import { copyFileSync, readFileSync, writeFileSync } from 'node:fs'
import { gzipSync } from 'node:zlib'
import { compile } from 'sass'

const ASSETS = 'signer/web/assets'
const STATIC = 'signer/web/static'
const LICENCE = 'govuk-frontend-licence.txt'
const ALTCHA = 'node_modules/altcha'
const STYLE_BUDGET = 20_000 // bytes after gzip: the page's own budget
const SCRIPT_BUDGET = 10_000

for (const [name, notice] of [['style', `/*! Holds parts of govuk-frontend: see ${LICENCE} */`], ['console', ''], ['numbers', '']]) {
  const { css } = compile(`${ASSETS}/${name}.scss`, {
    loadPaths: ['node_modules'],
    style: 'compressed',
    charset: false,
    quietDeps: true
  })
  writeFileSync(`${STATIC}/${name}.css`, `${notice}${css}\n`)
}

const worker = readFileSync(`${ALTCHA}/dist/workers/sha.js`, 'utf8')
writeFileSync(`${STATIC}/altcha-sha.js`, `/*! The SHA worker of altcha: see altcha-licence.txt */\n${worker}`)
copyFileSync(`${ALTCHA}/LICENSE.txt`, `${STATIC}/altcha-licence.txt`)

keepWithin(STYLE_BUDGET, 'style.css', 'console.css', 'numbers.css')
keepWithin(SCRIPT_BUDGET, 'human-check.js', 'altcha-sha.js', 'comfort.js')
keepWithin(SCRIPT_BUDGET, 'console.js', 'passkey.js')

function keepWithin (budget, ...files) {
  const contents = files.map((file) => readFileSync(`${STATIC}/${file}`))
  const bytes = contents.reduce((sum, content) => sum + gzipSync(content).length, 0)
  console.log(`${files.join(' and ')}: ${bytes} bytes after gzip`)
  if (bytes > budget) {
    console.error(`${files.join(' and ')}: over the budget of ${budget} bytes after gzip`)
    process.exit(1)
  }
}
