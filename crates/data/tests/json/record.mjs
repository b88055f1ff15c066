// Records what a real JavaScript engine makes of JSON texts and numbers:  node record.mjs > recorded.json
// The expected results are never edited by hand.

const documents = [
	'null', 'true', 'false', '0', '-0', '1', '-1', '1.0', '1.5e3', '1E2', '1e+2', '1e-2', '""', '"a"', '[]', '{}', ' [ 1 , 2 ] ', '\t\r\n{ "a" : 1 }\n',
	'{"b":1,"a":2}', '{"b":1,"10":2,"9":3,"a":4,"0":5}', '{"01":1,"1":2,"-1":3,"1.5":4,"":5,"4294967294":6,"4294967295":7,"4294967296":8}',
	'{"10":1,"9":2,"8":3,"7":4,"6":5,"5":6,"4":7,"3":8,"2":9,"1":10,"0":11,"x":12}',
	'{"a":1,"b":2,"a":3}', '{"a":{"x":1},"a":{"y":2}}', '{"1":1,"0":2,"1":3}', '{"a":1,"a":2,"a":3,"b":4,"a":5}',
	'{"__proto__":1,"constructor":2,"toString":3}', '{"\\u0061":1,"a":2}', '{"a\\"b":1,"a\\\\b":2,"\\n":3}',
	'{"a":[{"b":1,"c":2},{"b":1,"c":2},{"c":1,"b":2},{"b":1},{"b":1,"d":2},{"2":1,"b":2,"1":3},{"1":3,"2":1,"b":2},{}]}',
	'[{"a":1,"b":2},{"a":1,"b":2,"a":3},{"a":1,"c":2},{"a":1,"b":2,"c":3}]',
	'[[],[[]],{},{"a":{}},{"a":[]},[{}]]', '[{"x":[1,{"y":[]}]},{"x":[1,{"y":[2]}]},{"x":{}}]',
	'"\\u0000\\u001f\\u007f\\u0080\\u2028\\u2029\\ud83d\\ude00\\/\\b\\f\\n\\r\\t\\"\\\\"', '"é€😀 plain"', '"\\u00e9\\u20ac"', '"\\uD83D\\uDE00"', '"<>&\'"',
	'9007199254740991', '9007199254740992', '9007199254740993', '9223372036854775807', '9223372036854775808', '18446744073709551615',
	'18446744073709551616', '-9223372036854775808', '-9223372036854775809', '123456789012345678901234567890', '1e21', '1e20', '123456789012345680000', '1e-6', '1e-7',
	'0.1', '0.30000000000000004', '5e-324', '2e-324', '1.7976931348623157e308', '1e309', '-1e309', '1e999', '[1e999,-1e999]', '-1e-999', '0.000001', '100000000000000000000',
	'1000000000000000000000', '4.35', '0.1e1', '8.41470984807896506652502321630298999622563060798371065672751709991910404391239668948639743543052695854349037907920674293259118920991898881193410327729212409480791955826766606999907764011978408782732566347484802870298656157017962455394893572924670127086486281053382030561377218203868449667761674266239013382753397956764255565477963989764824328690275696429120630058303651523031278255289853264851398193452135970955962062172114814441781057601075674136648055008916726605804140078062393070371877956261288804636086173484564800000001e-5',
	'[1,"two",null,true,{"three":[4.5]}]', '{"a":{"b":{"c":{"d":[1,[2,[3,[4]]]]}}}}',
	'', ' ', '{', '}', '[', ']', '[1', '[1,', '[1,]', '[,1]', '{"a"', '{"a":', '{"a":1', '{"a":1,', '{"a":1,}', '{a:1}', "{'a':1}", '{"a" 1}', '{"a":1 "b":2}', '[1 2]', 'nul', 'nullx', 'truefalse',
	'True', 'NaN', 'Infinity', '-Infinity', 'undefined', '01', '-01', '-', '+1', '.5', '1.', '1.e2', '1e', '1e+', '0x10', '1_000', '00', '--1', '"', '"a', '"\\', '"\\x"', '"\\u12"', '"\\u12g4"', '"\n"', '"\t"', '"\u0000"',
	'"a" "b"', '1 2', '[] []', '// c\n1', '/* c */1', '\ufeff1', '\u00a01', '{"a":1}}', '[1]]', '{,}', '[[[', '{"a":{"b":', '1 ', '\f1', '"\u007f"', '"\u2028"',
];

// A small generator with a fixed seed, so that recording again gives the same cases.
let state = 0x2545f4914f6cdd1dn;
function next() {
	state ^= (state << 13n) & 0xffffffffffffffffn;
	state ^= state >> 7n;
	state ^= (state << 17n) & 0xffffffffffffffffn;
	return state;
}
function fromBits(bits) {
	const view = new DataView(new ArrayBuffer(8));
	view.setBigUint64(0, bits);
	return view.getFloat64(0);
}
function toBits(number) {
	const view = new DataView(new ArrayBuffer(8));
	view.setFloat64(0, number);
	return view.getBigUint64(0).toString(16).padStart(16, '0');
}
function digits(count) {
	return Array.from({ length: count }, () => String(next() % 10n)).join('');
}

const numbers = [];
for (let i = 0; i < 400; i++) numbers.push(fromBits(next()));
for (let i = 0; i < 200; i++) numbers.push(Number(next() % 100000n) / 100);
for (let i = 0; i < 200; i++) numbers.push(Number(next() >> (next() % 64n)));
for (let exponent = -25; exponent <= 25; exponent++) numbers.push(Number(`1e${exponent}`), Number(`-1.25e${exponent}`));
numbers.push(0, -0, NaN, Infinity, -Infinity, 5e-324, Number.MAX_VALUE, Number.MIN_VALUE, Number.MAX_SAFE_INTEGER, Number.EPSILON);

const decimals = [];
for (let i = 0; i < 300; i++) decimals.push(`${1n + (next() % 9n)}${digits(Number(next() % 30n))}.${digits(1 + Number(next() % 30n))}`);
for (let i = 0; i < 300; i++) decimals.push(`-${1n + (next() % 9n)}${digits(Number(next() % 25n))}e${Number(next() % 640n) - 320}`);
for (let i = 0; i < 100; i++) decimals.push(`${1n + (next() % 9n)}${digits(14 + Number(next() % 12n))}`);

const read = (text) => {
	try {
		const value = JSON.parse(text);
		return { text, compact: JSON.stringify(value), pretty: JSON.stringify(value, null, 2) };
	} catch {
		return { text, error: true };
	}
};

const lines = (list) => list.map((entry) => '\t' + JSON.stringify(entry)).join(',\n');
process.stdout.write(`{
"recordedWith": ${JSON.stringify(`V8 ${process.versions.v8}`)},
"documents": [\n${lines(documents.map(read))}\n],
"numbers": [\n${lines(numbers.map((number) => [toBits(number), String(number)]))}\n],
"decimals": [\n${lines(decimals.map((text) => [text, toBits(JSON.parse(text))]))}\n]
}
`);
