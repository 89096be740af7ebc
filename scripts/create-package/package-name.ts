/** What a package is called, and what is called after it. */
export interface PackageNames {
  /** `service-bus`: in file names, on the wire of logs. */
  readonly kebab: string;
  /** `serviceBus`: its function. */
  readonly camel: string;
  /** `ServiceBus`: its types. */
  readonly pascal: string;
  /** `Service Bus`: for people. */
  readonly title: string;
}

const NAME = /^[a-z][a-z0-9]*(-[a-z0-9]+)*$/;
const MAX_LENGTH = 40;

/** Words that no function can be called. */
const RESERVED: ReadonlySet<string> = new Set(
  'await break case catch class const continue debugger default delete do else enum export extends false finally for function if import in instanceof let new null return static super switch this throw true try typeof var void while with yield'.split(
    ' ',
  ),
);

/** What is wrong with a name, and what to write instead; `undefined` when nothing is. */
export function nameProblem(kind: string, name: string): string | undefined {
  if (name.startsWith(`${kind}-`))
    return `"${name}" says the kind twice: its folder will be packages/${kind}-${name}. Write "${name.slice(kind.length + 1)}".`;
  if (!NAME.test(name))
    return `"${name}" is no name of a package. Write lower-case words of a-z and 0-9, joined by "-", such as "service-bus".`;
  if (name.length > MAX_LENGTH) return `"${name}" is longer than ${MAX_LENGTH} characters. Shorten it.`;
  if (RESERVED.has(name)) return `"${name}" is a word of the language, and its function could not be called so. Choose another.`;
  return undefined;
}

/** The names, from one without a problem. */
export function namesOf(kebab: string): PackageNames {
  const words = kebab.split('-');
  const capital = words.map((word) => word.charAt(0).toUpperCase() + word.slice(1));
  return { kebab, camel: [words[0], ...capital.slice(1)].join(''), pascal: capital.join(''), title: capital.join(' ') };
}
