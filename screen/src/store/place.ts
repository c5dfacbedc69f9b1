// Where on the screen we are; the address after # says it, so that "back" works.
export type Place =
  | { readonly place: 'home'; readonly area: string | null }
  | { readonly place: 'thing'; readonly id: string }
  | { readonly place: 'trace' }
  | { readonly place: 'settings' }
  | { readonly place: 'night' };

export function parsePlace(hash: string): Place {
  const [name, rest] = hash.replace(/^#?\/?/, '').split('/', 2);
  const id = rest ? decode(rest) : null;
  if (name === 'area' && id) return { place: 'home', area: id };
  if (name === 'thing' && id) return { place: 'thing', id };
  if (name === 'trace' || name === 'settings' || name === 'night') return { place: name };
  return { place: 'home', area: null };
}

export function address(place: Place): string {
  switch (place.place) {
    case 'home':
      return place.area ? `#/area/${encodeURIComponent(place.area)}` : '#/';
    case 'thing':
      return `#/thing/${encodeURIComponent(place.id)}`;
    default:
      return `#/${place.place}`;
  }
}

function decode(text: string): string | null {
  try {
    return decodeURIComponent(text);
  } catch (error) {
    if (error instanceof URIError) return null;
    throw error;
  }
}
