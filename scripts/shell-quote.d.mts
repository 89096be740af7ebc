export declare function quoteForShell(argument: string): string;
export declare function quoteForCmd(argument: string): string;
