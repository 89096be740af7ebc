import { expect, it } from 'vitest';
import { systemRuntime } from '@waybill/core';
import type { SendingTransport } from '../../src/transport/watched-transport.ts';
import { HandlerTable } from '../../src/handling/handler-table.ts';
import type { PipelineParts } from '../../src/bus/default-pipeline.ts';
import { incomingSteps, outgoingSteps } from '../../src/bus/default-pipeline.ts';
import type { Telemetry } from '../../src/bus/telemetry.ts';
import { telemetryOf } from '../../src/bus/telemetry.ts';
import { fakeTransport } from '../support/fake-transport.ts';

const NONE = { bus: [], endpoints: [] };

const parts = { runtime: systemRuntime(), bus: 'shop', system: 'memory', endpoints: ['orders'] };
const instrument = { add: () => undefined, record: () => undefined };
const make = () => instrument;
const meter = { createCounter: make, createUpDownCounter: make, createHistogram: make };
const transport = {} as SendingTransport;
const stepsOf = ({ spans }: Telemetry): readonly string[] => {
  const pipeline = { runtime: parts.runtime, spans, capabilities: fakeTransport().capabilities } as PipelineParts;
  const names = [...outgoingSteps(pipeline, NONE), ...incomingSteps(pipeline, new HandlerTable([]), NONE)].map(({ name }) => name);
  return names.filter((name) => name.endsWith('-span'));
};

it('what nobody asks for is not there: no step, no observer, no wrapper', () => {
  const none = telemetryOf({}, parts);
  expect(none).toMatchObject({ spans: undefined, recorder: undefined, observers: [] });
  expect(none.watch(transport)).toBe(transport);
  expect(stepsOf(none)).toEqual([]);
});

it('a tracer links its two steps, a meter none', () => {
  const traced = telemetryOf({ tracer: { startSpan: () => ({}) as never } }, parts);
  expect(stepsOf(traced)).toEqual(['start-produce-span', 'start-consume-span']);
  expect([traced.observers.length, traced.recorder]).toEqual([1, undefined]);
  const measured = telemetryOf({ meter: meter }, parts);
  expect(stepsOf(measured)).toEqual([]);
  expect(measured.observers).toHaveLength(1);
  expect(measured.watch(transport)).not.toBe(transport);
});
