import { spawnSync } from 'node:child_process';
import { cpSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';

const ROOT = join(import.meta.dirname, '..', '..', '..', '..');

/** Modules compiled to standard decorators, which the test runner cannot do. */
export interface StandardModules {
  import<Module>(name: string): Promise<Module>;
  /** Removes what was written. */
  remove(): void;
}

/** Compiles a folder of modules with standard decorators, lowered by the compiler. Types are checked elsewhere. */
export function compileStandard(folder: string): StandardModules {
  mkdirSync(join(ROOT, '.waybill'), { recursive: true });
  const copy = mkdtempSync(join(ROOT, '.waybill', 'standard-'));
  cpSync(folder, copy, { recursive: true });
  writeFileSync(
    join(copy, 'tsconfig.json'),
    JSON.stringify({ extends: '../../tsconfig.base.json', compilerOptions: OPTIONS, include: ['*.ts'] }),
  );
  const compiler = join(dirname(createRequire(import.meta.url).resolve('typescript/package.json')), 'bin', 'tsc');
  const { status, stdout, stderr } = spawnSync(process.execPath, [compiler], { cwd: copy, encoding: 'utf8' });
  if (status !== 0) throw new Error(`The standard build failed:\n${stdout}${stderr}`);
  return {
    import: <Module>(name: string) => import(/* @vite-ignore */ join(copy, 'out', `${name}.js`)) as Promise<Module>,
    remove: () => rmSync(copy, { recursive: true, force: true }),
  };
}

const OPTIONS = { experimentalDecorators: false, emitDecoratorMetadata: false, noCheck: true, outDir: 'out', rootDir: '.' };
