/** The message of all rows: about 85 bytes as JSON. */
export class Order {
  readonly orderId: string;
  readonly customer: string;
  readonly total: number;
  readonly express: boolean;

  constructor(number: number) {
    this.orderId = `order-${number}`;
    this.customer = 'customer-0123456789';
    this.total = number * 1.5;
    this.express = true;
  }
}
