// Reads a JSON list of texts; prints how many parts split-sms makes of each, and a digest of the texts. See texts.py.
const {createHash} = require('crypto')
const {split} = require('split-sms')
const texts = JSON.parse(require('fs').readFileSync(0, 'utf8'))
const digest = createHash('sha256').update(texts.join('\0\0')).digest('hex')
const parts = texts.map(text => split(text)).map(({characterSet, parts}) => (characterSet === 'GSM' ? 1 : -1) * parts.length)
console.log(JSON.stringify({library: 'split-sms 0.1.7', texts: digest, parts: parts.join(' ')}))
