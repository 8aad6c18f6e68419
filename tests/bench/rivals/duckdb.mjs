// SPDX-License-Identifier: Apache-2.0
// duckdb.mjs MODULE_FOLDER QUERY_FILE: runs the query on one thread and prints its only row as JSON.
import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';

const { DuckDBInstance } = createRequire(`${process.argv[2]}/`)('@duckdb/node-api');
const database = await DuckDBInstance.create(':memory:', { threads: '1' });
const connection = await database.connect();
const result = await connection.runAndReadAll(readFileSync(process.argv[3], 'utf8'));
console.log(JSON.stringify(result.getRowObjects()[0], (_, value) => (typeof value === 'bigint' ? Number(value) : value)));
