// Sentences in the household's language: messages by key, plurals and numbers by the language's own rules.
import { lang } from '../control/app';
import type { Lang } from '../store/home';
import type { Problem } from '../wire';
import en from './en.json';
import { phrase, type Messages, type Values } from './phrase';
import zh from './zh.json';

export type Key = keyof typeof en;

const FILES: Readonly<Record<Lang, Messages>> = { en, zh };

export function t(key: Key, values: Values = {}): string {
  return phrase(FILES[lang()], lang(), key, values);
}

/** A family of messages is open at its end: what a newer hub names there has no words here. */
export const isKey = (key: string): key is Key => key in en;

/** The screen's own sentence for this code; else the hub's; else that something went wrong. */
export function problemText(problem: Problem): string {
  const key = `problem.${problem.code}`;
  return isKey(key) ? t(key) : problem.message || t('problem.unknown');
}
