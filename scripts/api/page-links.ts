import { anchorOf } from '../checks/markdown-links.ts';
import type { ApiEntry, ApiSymbol } from './api-entry.ts';
import { type PagePlan, headingsOf } from './page-plan.ts';

/** Where each name of the reference is described: `Bus` → `core.md#bus`. */
export class PageLinks {
  readonly #places = new Map<string, { readonly page: string; readonly slug: string }>();

  constructor(plans: readonly PagePlan[]) {
    for (const plan of plans)
      for (const [symbol, slug] of slugsOf(plan))
        if (!this.#places.has(symbol.name)) this.#places.set(symbol.name, { page: plan.entry.page, slug });
  }

  /** A link from a page of the reference; the plain name where it is nowhere described. */
  to(name: string, from: Pick<ApiEntry, 'page'>, prefix = ''): string {
    const place = this.#places.get(name.split('.')[0] as string);
    if (place === undefined) return `\`${name}\``;
    return `[\`${name}\`](${place.page === from.page ? '' : `${prefix}${place.page}.md`}#${place.slug})`;
  }

  /** Text with its `{@link Name}` as links. */
  in(text: string, from: Pick<ApiEntry, 'page'>, prefix = ''): string {
    return text.replaceAll(/\{@link (\S+?)\}/g, (_, name: string) => this.to(name, from, prefix));
  }
}

/** The anchors that GitHub gives the headings of symbols: in lower case, a number where one is taken. */
function slugsOf(plan: PagePlan): readonly (readonly [ApiSymbol, string])[] {
  const taken = new Map<string, number>();
  return headingsOf(plan).flatMap(({ text, symbol }) => {
    const slug = anchorOf(text);
    const count = taken.get(slug) ?? 0;
    taken.set(slug, count + 1);
    return symbol === undefined ? [] : [[symbol, count === 0 ? slug : `${slug}-${count}`] as const];
  });
}
