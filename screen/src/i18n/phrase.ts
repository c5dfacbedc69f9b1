// How a message becomes a sentence: `{name}` is filled in, forms are chosen by `{count}`.
import type { Lang } from '../store/home';

/** A sentence, or one for each plural form the language has (`one` and `other` in English, `other` in Chinese). */
export type Message = string | { readonly one?: string; readonly other: string };
export type Messages = Readonly<Record<string, Message>>;
export type Values = Readonly<Record<string, string | number>>;

export const LOCALE: Readonly<Record<Lang, string>> = { en: 'en-GB', zh: 'zh-CN' };

export function phrase(messages: Messages, lang: Lang, key: string, values: Values): string {
  const message = messages[key];
  if (message === undefined) throw new Error(`no message "${key}" in ${lang}`);
  return form(message, lang, values).replace(/\{(\w+)\}/g, (_, name: string) => {
    const value = values[name];
    if (value === undefined) throw new Error(`message "${key}" needs {${name}}`);
    return typeof value === 'number' ? number(value, lang) : value;
  });
}

export function number(value: number, lang: Lang, digits = 1): string {
  const text = new Intl.NumberFormat(LOCALE[lang], { maximumFractionDigits: digits }).format(value);
  return text.replace('-', '\u2212');
}

function form(message: Message, lang: Lang, values: Values): string {
  if (typeof message === 'string') return message;
  const rule = new Intl.PluralRules(LOCALE[lang]).select(Number(values['count']));
  return (rule === 'one' ? message.one : undefined) ?? message.other;
}
