import type { Logger } from '@waybill/core';

const COLOURS = { bold: 1, dim: 2, red: 31, green: 32, yellow: 33 } as const;
export type Colour = keyof typeof COLOURS;

export interface TellerOptions {
  readonly write: (line: string) => void;
  readonly now: () => number;
  readonly coloured: boolean;
}

/** Writes the story: chapters, and lines with time and place. */
export class Teller {
  readonly #options: TellerOptions;

  constructor(options: TellerOptions) {
    this.#options = options;
  }

  chapter(title: string): void {
    this.say('');
    this.say(title, 'bold');
  }

  /** What happened, where, and when by the clock of the bus. */
  tell(place: string, text: string, colour?: Colour): void {
    const time = new Date(this.#options.now()).toISOString().slice(11, 19);
    this.say(`  ${time}  ${place.padEnd(10)} ${text}`, colour);
  }

  say(text: string, colour?: Colour): void {
    const { coloured, write } = this.#options;
    write(coloured && colour !== undefined ? `\u001B[${COLOURS[colour]}m${text}\u001B[0m` : text);
  }

  /** Log lines of the bus among those of the story. */
  logger(): Logger {
    const line = (level: string) => (fields: { readonly event: string }, message: string) =>
      this.say(`            · log ${level}: ${fields.event}: ${message}`, 'dim');
    return { debug: () => undefined, info: line('info'), warn: line('warn'), error: line('error') };
  }
}
