// Prints 1 Farvardin of every Jalali year from 1300 to 1501 as ICU has it, with the length of Esfand before it:
//   node tests/data/calendar/icu.mjs > tests/data/calendar/nowruz-by-icu.txt
const jalali = new Intl.DateTimeFormat('en-u-ca-persian-nu-latn', {year: 'numeric', month: 'numeric', day: 'numeric', timeZone: 'UTC'})
const parts = day => Object.fromEntries(jalali.formatToParts(day).map(part => [part.type, parseInt(part.value)]))
const lengths = []
let day = Date.UTC(1921, 2, 15)
for (let year = 1300; year <= 1501;) {
  const {month, day: of} = parts(day)
  if (of === 1) lengths.push(parts(day - 864e5).day)
  if (of === 1 && month === 1) {
    console.log(`${year++} ${new Date(day).toISOString().slice(0, 10)} ${lengths.splice(0).slice(-12).join(',')}`)
  }
  day += 864e5
}
