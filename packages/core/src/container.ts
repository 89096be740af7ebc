// For authors of adapters to dependency injection containers.

export type { IContainer, IScope } from './container/container.ts';
export type { AnyHandlerClass } from './handling/handler-class.ts';
export type { ConsumeContext } from './pipeline/consume-context.ts';
