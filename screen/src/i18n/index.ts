// Sentences in the household's language: messages by key, plurals and numbers by the language's own rules.
import { lang } from '../control/app';
import type { Lang } from '../store/home';
import en from './en.json';
import { phrase, type Messages, type Values } from './phrase';
import zh from './zh.json';

export type Key = keyof typeof en;

const FILES: Readonly<Record<Lang, Messages>> = { en, zh };

export function t(key: Key, values: Values = {}): string {
  return phrase(FILES[lang()], lang(), key, values);
}
