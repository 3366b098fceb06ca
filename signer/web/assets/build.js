// Builds what browsers load into signer/web/static: one style sheet, and what goes there as it is.
// Run by `npm ci && npm run build`; the output is committed, so that nobody needs Node to run the service.

import { copyFileSync, mkdirSync, writeFileSync } from 'node:fs'
import { gzipSync } from 'node:zlib'
import { compile } from 'sass'

const ASSETS = 'signer/web/assets'
const STATIC = 'signer/web/static'
const LICENCE = 'govuk-frontend-licence.txt'
const STYLE_BUDGET = 20_000 // bytes after gzip: the page's own budget

mkdirSync(STATIC, { recursive: true })

const { css } = compile(`${ASSETS}/style.scss`, {
  loadPaths: ['node_modules'],
  style: 'compressed',
  charset: false,
  quietDeps: true
})
writeFileSync(`${STATIC}/style.css`, `/*! Holds parts of govuk-frontend: see ${LICENCE} */${css}\n`)

for (const file of ['mark.svg', LICENCE]) {
  copyFileSync(`${ASSETS}/${file}`, `${STATIC}/${file}`)
}

const compressed = gzipSync(css).length
console.log(`style.css: ${css.length} bytes, ${compressed} after gzip`)
if (compressed > STYLE_BUDGET) {
  console.error(`style.css is over its budget of ${STYLE_BUDGET} bytes after gzip`)
  process.exit(1)
}
