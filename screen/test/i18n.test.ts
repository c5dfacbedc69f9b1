import { describe, expect, it } from 'vitest';
import en from '../src/i18n/en.json';
import { number, phrase, type Message } from '../src/i18n/phrase';
import zh from '../src/i18n/zh.json';

const files = import.meta.glob<string>(['../src/**/*.ts', '!../src/wire*.ts'], { query: '?raw', import: 'default', eager: true });
const source = Object.values(files).join('\n');

const forms = (message: Message): string[] => (typeof message === 'string' ? [message] : Object.values(message));
const gaps = (message: Message): string[] => [...new Set(forms(message).flatMap((form) => form.match(/\{\w+\}/g) ?? []))].sort();

describe('the two message files', () => {
  it('say the same things', () => {
    expect(Object.keys(zh)).toEqual(Object.keys(en));
  });

  it('leave the same gaps to fill', () => {
    const inChinese: Record<string, Message> = zh;
    const other = Object.entries(en).filter(([key, message]) => String(gaps(message)) !== String(gaps(inChinese[key]!)));
    expect(other).toEqual([]);
  });

  it('hold nothing that the screen never says', () => {
    expect(Object.keys(en).filter((key) => !isSaid(key))).toEqual([]);
    expect(['card.never_written', 'settings.theme_pink'].filter(isSaid)).toEqual([]);
  });
});

/** By its whole name, or as one of a family such as `notice.${kind}`. */
function isSaid(key: string): boolean {
  const family = key.slice(0, key.indexOf('.') + 1);
  if (source.includes(`'${key}'`)) return true;
  return family === 'settings.' ? settingIsSaid(key) : source.includes(`\`${family}\${`);
}

/** `settings.theme_dark` is put together from a setting and its choice. */
function settingIsSaid(key: string): boolean {
  const [, setting, choice = 'how'] = /^settings\.([a-z]+)(?:_([a-z]+))?$/.exec(key) ?? [];
  const choices = new RegExp(`${setting}: \\[([^\\]]*)\\]`).exec(source)?.[1] ?? '';
  return choices !== '' && (choice === 'how' || choices.includes(`'${choice}'`));
}

it('says nothing that is not in the message files', () => {
  // Text between tags, or in the attributes that are read aloud, would be somebody's English.
  const words = source.replace(/css`[^`]*`/g, '').match(/>\s*[A-Z][a-z]+[^<${}=;]*<\/|(?:aria-label|title|placeholder)="[^$"]+"/g);
  expect(words).toBeNull();
});

describe('a sentence', () => {
  it('takes the plural form that its language asks for', () => {
    expect(phrase(en, 'en', 'now.lights_on', { count: 1 })).toBe('1 is on');
    expect(phrase(en, 'en', 'now.lights_on', { count: 3 })).toBe('3 are on');
    expect(phrase(zh, 'zh', 'now.lights_on', { count: 1 })).toBe('1 盏亮着');
  });

  it('writes numbers as people do', () => {
    expect(number(12_345.67, 'en')).toBe('12,345.7');
    expect(number(-17.8, 'zh')).toBe('−17.8');
  });

  it('is not half said', () => {
    expect(() => phrase(en, 'en', 'card.seen', {})).toThrow('needs {ago}');
    expect(() => phrase(en, 'en', 'no.such', {})).toThrow('no message');
  });
});
