// Which suggestions are shown: whole sentences only, as many as there is room for.

/** Widths in em of the system's sans: enough to choose by, whichever font it is. */
const WIDE = /[\u2e80-\uffef]/;
const em = (text: string): number => [...text].reduce((sum, letter) => sum + (WIDE.test(letter) ? 1 : 0.58), 0);

/**
 * The first sentences that fit side by side, at most `most` of them; the first one in any case.
 *
 * Args: `room` and `padding` (of each, with its gap) in px, `size` of the type in px.
 */
export function fitting(sentences: readonly string[], room: number, most: number, { size, padding }: { size: number; padding: number }): readonly number[] {
  const chosen: number[] = [];
  let left = room;
  for (const [index, sentence] of sentences.entries()) {
    const width = em(sentence) * size + padding;
    if (chosen.length < most && width <= left) {
      chosen.push(index);
      left -= width;
    }
  }
  return chosen.length || !sentences.length ? chosen : [0];
}
