/* Not part of any page: makes a catalogue that lacks a key fail to compile. */
import type { Catalogue } from './index';
import en from './en.json';
import ms from './ms.json';
import zh from './zh-Hans.json';

export const catalogues: Record<string, Catalogue> = { en, ms, 'zh-Hans': zh };
