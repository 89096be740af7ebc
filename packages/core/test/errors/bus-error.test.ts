import { describe, expect, it } from 'vitest';
import {
  BusError,
  ConfigurationError,
  ConnectionError,
  DeliveryError,
  EndpointError,
  ERROR_CODES,
  isBusError,
  MessageError,
  UnrecoverableError,
} from '@waybill/core';

const classes = [BusError, ConfigurationError, ConnectionError, DeliveryError, EndpointError, MessageError];

describe.each(classes)('%o', (Class) => {
  it('has its own name, its code, the radius of the catalogue, and facts that cannot be changed', () => {
    const details = { endpoint: 'orders' };
    const error = new Class('UNROUTABLE', 'There is no such place.', { details });
    expect(error).toBeInstanceOf(BusError);
    expect(error).toMatchObject({ name: Class.name, code: 'UNROUTABLE', radius: ERROR_CODES.UNROUTABLE.radius, details });
    expect(Object.isFrozen(error.details)).toBe(true);
    details.endpoint = 'other';
    expect(error.details).toEqual({ endpoint: 'orders' });
    expect(String(error)).toBe(`${Class.name}: There is no such place.`);
  });

  it('has a cause only where one was given, also when that is undefined or no error', () => {
    expect('cause' in new Class('UNROUTABLE', 'x')).toBe(false);
    expect(new Class('UNROUTABLE', 'x', { cause: 'text' }).cause).toBe('text');
    expect('cause' in new Class('UNROUTABLE', 'x', { cause: undefined })).toBe(true);
    expect(new Class('UNROUTABLE', 'x').details).toEqual({});
  });
});

describe('UnrecoverableError', () => {
  it('has its code by itself', () => {
    const error = new UnrecoverableError('The order does not exist.', { details: { order: 1 } });
    expect(error).toMatchObject({ name: 'UnrecoverableError', code: 'UNRECOVERABLE', details: { order: 1 } });
    expect(error).toBeInstanceOf(DeliveryError);
  });
});

describe('isBusError', () => {
  it('knows errors of Waybill, and asks for a code where one is given', () => {
    const error = new MessageError('UNROUTABLE', 'x');
    expect([isBusError(error), isBusError(error, 'UNROUTABLE'), isBusError(error, 'MESSAGE_TOO_LARGE')]).toEqual([true, true, false]);
  });

  it('knows the errors of a second copy of the package, which are of other classes', () => {
    const foreign = Object.assign(new Error('x'), { code: 'UNROUTABLE', radius: 'message', details: {} });
    expect([isBusError(foreign), isBusError(foreign, 'UNROUTABLE')]).toEqual([true, true]);
  });

  it.each([
    ['nothing', undefined],
    ['null', null],
    ['a text', 'UNROUTABLE'],
    ['an object that is no error', { code: 'UNROUTABLE', radius: 'message' }],
    ['an error of the platform', Object.assign(new Error('x'), { code: 'ENOENT' })],
    ['an error with a code of ours and no radius', Object.assign(new Error('x'), { code: 'UNROUTABLE' })],
    ['an error with an unknown code', Object.assign(new Error('x'), { code: 'toString', radius: 'message' })],
    ['an error with a code that is no text', Object.assign(new Error('x'), { code: 7, radius: 'message' })],
  ])('is false for %s', (_, error) => {
    expect(isBusError(error)).toBe(false);
  });
});

describe('the catalogue of codes', () => {
  it('cannot be changed; every entry says what happened and what to do', () => {
    expect(Object.isFrozen(ERROR_CODES)).toBe(true);
    for (const [code, { meaning, wayOut, radius }] of Object.entries(ERROR_CODES)) {
      expect(code).toMatch(/^[A-Z]+(?:_[A-Z]+)*$/);
      expect(`${code}: ${meaning}`).toMatch(/\.$/);
      expect(`${code}: ${wayOut}`).toMatch(/\.$/);
      expect(['message', 'delivery', 'endpoint', 'connection', 'bus']).toContain(radius);
    }
  });
});
