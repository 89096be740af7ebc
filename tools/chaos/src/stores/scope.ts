/** The service that all processes are: whose rows stand in the outbox, and whose keys in the inbox. */
export const SCOPE = 'chaos';
