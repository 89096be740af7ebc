import { parentProcess } from '../../src/index.ts';

const parent = parentProcess();
const parameters = process.argv.slice(2);

const hush = parent.listen((line) => {
  if (line === 'fail') {
    process.stderr.write('I cannot go on\n', () => process.exit(3));
  } else if (line === 'end') {
    hush();
    void parent.tell('bye');
  } else {
    void parent.tell({ heard: line, parameters });
  }
});
process.stdout.write('this is no line for anybody\n');
await parent.tell('ready');
