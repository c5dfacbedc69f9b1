// A sentence as a part of another one: "The door opened." → "the door opened".

/** Without its full stop, and begun small where its first word is a common one; an abbreviation stays as it is. */
export function clause(sentence: string): string {
  const bare = sentence.trim().replace(/[.。]$/, '');
  return /^[A-Z](?:[a-z]|\s)/.test(bare) ? bare.charAt(0).toLowerCase() + bare.slice(1) : bare;
}
