// Where on the screen we are; the address after # says it, so that "back" works.
export const THING_TABS = ['control', 'history', 'rules', 'about'] as const;
export type ThingTab = (typeof THING_TABS)[number];

/** Places that need no more than their name. */
const PLAIN = ['trace', 'settings', 'night', 'rules', 'scenes', 'updates', 'network'] as const;
type Plain = (typeof PLAIN)[number];

/** Ways of adding a thing that have a page of their own. */
export const WAYS = ['all', 'clouds', 'own'] as const;
export type Way = (typeof WAYS)[number];

export type Place =
  | { readonly place: 'home'; readonly area: string | null }
  | { readonly place: 'thing'; readonly id: string; readonly tab: ThingTab }
  /** `id` null: a new one; `about`: the thing from whose page it was begun. */
  | { readonly place: 'rule'; readonly id: string | null; readonly about: string | null }
  | { readonly place: 'scene'; readonly id: string | null }
  | { readonly place: 'add'; readonly way: Way }
  | { readonly place: Plain };

export function parsePlace(hash: string): Place {
  const [name, first, second] = hash.replace(/^#?\/?/, '').split('/', 3);
  const id = first ? decode(first) : null;
  if (name === 'area' && id) return { place: 'home', area: id };
  if (name === 'thing' && id) return { place: 'thing', id, tab: THING_TABS.find((tab) => tab === second) ?? 'control' };
  if (name === 'rule' && id) return { place: 'rule', id, about: null };
  if (name === 'new-rule') return { place: 'rule', id: null, about: id };
  if (name === 'scene' && id) return { place: 'scene', id };
  if (name === 'new-scene') return { place: 'scene', id: null };
  if (name === 'add') return { place: 'add', way: WAYS.find((way) => way === first) ?? 'all' };
  const plain = PLAIN.find((each) => each === name);
  return plain ? { place: plain } : { place: 'home', area: null };
}

export function address(place: Place): string {
  const part = encodeURIComponent;
  switch (place.place) {
    case 'home':
      return place.area ? `#/area/${part(place.area)}` : '#/';
    case 'thing':
      return `#/thing/${part(place.id)}${place.tab === 'control' ? '' : `/${place.tab}`}`;
    case 'rule':
      return place.id ? `#/rule/${part(place.id)}` : `#/new-rule${place.about ? `/${part(place.about)}` : ''}`;
    case 'scene':
      return place.id ? `#/scene/${part(place.id)}` : '#/new-scene';
    case 'add':
      return place.way === 'all' ? '#/add' : `#/add/${place.way}`;
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
