// Where the parts of a text begin and end. GSM 03.38: 160 septets in a single part, 153 in each of several; UCS-2: 70, 67
// UTF-16 code units; an escape pair or a surrogate pair never straddles a part.

const ROOM = { gsm7: { single: 160, several: 153 }, ucs2: { single: 70, several: 67 } };
const EXTENSION = new Set("\f^{}\\[]~|€");

const units = (character, encoding) => (encoding === "gsm7" ? (EXTENSION.has(character) ? 2 : 1) : character.length);

export function measure(text, encoding) {
  return [...text].reduce((sum, character) => sum + units(character, encoding), 0);
}

// How many units fit into one part of this text.
export function room(text, encoding) {
  const { single, several } = ROOM[encoding];
  return measure(text, encoding) <= single ? single : several;
}

// The text cut into its parts: ["…", "…"].
export function split(text, encoding) {
  const most = room(text, encoding);
  const pieces = [""];
  let used = 0;
  for (const character of text) {
    const more = units(character, encoding);
    if (used + more > most) {
      pieces.push("");
      used = 0;
    }
    pieces[pieces.length - 1] += character;
    used += more;
  }
  return pieces;
}
