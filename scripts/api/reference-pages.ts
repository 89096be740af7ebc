import type { ApiEntry } from './api-entry.ts';
import type { PackageApi } from './extract-package.ts';
import { apiIndex } from './api-index.ts';
import { optionsPage } from './options-page.ts';
import { PageLinks } from './page-links.ts';
import { type PagePlan, planPage } from './page-plan.ts';
import { renderPage } from './render-page.ts';

/** The generated pages of `docs/reference`, by path, and what keeps them from being complete. */
export function referencePages(packages: readonly PackageApi[]): {
  readonly pages: ReadonlyMap<string, string>;
  readonly problems: readonly string[];
} {
  const plans = packages.flatMap(({ entries }) => planPackage(entries));
  const links = new PageLinks(plans);
  const entries = packages.flatMap((one) => one.entries);
  const options = optionsPage(entries, links);
  const pages = plans.map((plan) => [`docs/reference/api/${plan.entry.page}.md`, renderPage(plan, links)] as const);
  const others = [
    ['docs/reference/options.md', options.text],
    ['docs/reference/api/README.md', apiIndex(entries)],
  ] as const;
  return { pages: new Map([...pages, ...others]), problems: options.problems };
}

/** What the first entry of a package exports is described on its page, and not again on those of the others. */
function planPackage([main, ...rest]: readonly ApiEntry[]): readonly PagePlan[] {
  if (main === undefined) return [];
  const described = new Set(main.symbols.map(({ name }) => name));
  return [planPage(main, new Set()), ...rest.map((entry) => planPage(entry, described))];
}
