<?php
// PHP's SoapClient (php-cli, php-soap) against the legacy interface, from nothing but the served WSDL.
//
//     php php_client.php DEMO.json [PREPARED.json]
//
// The files are those of contract.py. Exit status 1 on any mismatch.

declare(strict_types=1);

if ($argc < 2) {
    fwrite(STDERR, "usage: php php_client.php DEMO.json [PREPARED.json]\n");
    exit(2);
}
$demo = json_decode(strtok(file_get_contents($argv[1]), "\n"), true, 512, JSON_THROW_ON_ERROR);
$prepared = isset($argv[2]) ? json_decode(file_get_contents($argv[2]), true, 512, JSON_THROW_ON_ERROR) : [];
$prepared['lockable'] ??= isset($demo['users'][0]) ? ['serial' => $demo['users'][0]['serial']] : null;

$failed = 0;
$passed = 0;
function check(string $what, mixed $got, mixed $expected): void
{
    global $failed, $passed;
    if ($got === $expected) {
        $passed++;
        echo "ok      $what\n";
    } else {
        $failed++;
        echo "FAILED  $what: got ", json_encode($got), ', expected ', json_encode($expected), "\n";
    }
}

/** The first truthy answer of $look within 30 s, else its last one. */
function wait_for(callable $look): mixed
{
    $deadline = microtime(true) + 30;
    while (!($answer = $look()) && microtime(true) < $deadline) {
        usleep(200_000);
    }
    return $answer;
}

/** JSON over HTTP to the stand-in handsets; null where the demo has none. */
function handset(string $path, ?array $body = null): ?array
{
    global $demo;
    $http = ['ignore_errors' => true, 'timeout' => 40, 'header' => "Content-Type: application/json\r\n"];
    if ($body !== null) {
        $http += ['method' => 'POST', 'content' => json_encode($body, JSON_THROW_ON_ERROR)];
    }
    $context = stream_context_create(['http' => $http, 'ssl' => ['cafile' => $demo['ca'] ?? null]]);
    $answer = file_get_contents(rtrim($demo['url'], '/') . '/demo/handsets/' . $path, false, $context);
    return str_contains($http_response_header[0], ' 409') ? null : json_decode($answer, true, 512, JSON_THROW_ON_ERROR);
}

$options = ['cache_wsdl' => WSDL_CACHE_NONE, 'exceptions' => true, 'connection_timeout' => 30];
if (!empty($demo['ca'])) {
    $options['stream_context'] = stream_context_create(['ssl' => ['cafile' => $demo['ca'], 'verify_peer' => true]]);
}
$client = new SoapClient($demo['soap_legacy_wsdl'], $options);
check('the WSDL has fourteen operations', count($client->__getFunctions()), 14);

['serial' => $serial, 'key' => $key] = $demo['user'];
$marker = 'php ' . hrtime(true);
$mobile = '61491570156';

$send = fn(array $with = []): array => $client->__soapCall('SendTextSMS', array_values(array_merge([
    'serial' => $serial, 'key' => $key, 'recipients' => $mobile, 'text' => $marker, 'reply' => '', 'originator' => '', 'kind' => 0, 'ids' => '',
], $with)));

check('version', $client->RedWebServiceVersion(), '5.0');

$sent = $send(['recipients' => "$mobile|0491570157", 'text' => "$marker Grüße & <€> 😀"]);
check('send to two: return', $sent['return'], 0);
$ids = explode(',', $sent['strOutMessageIDs']);
check('send to two: two different ids', [count($ids), count(array_unique($ids))], [2, 2]);

$statuses = fn(string $list): array => $client->CheckMessageStatus($serial, $key, $list, '');
wait_for(fn() => $statuses(implode(',', $ids))['strOutMessageStatus'] === 'OK,OK');
check('status of two', $statuses(implode(',', $ids)), ['strOutMessageStatus' => 'OK,OK', 'return' => 0]);
check('unknown ids are ABORT', $statuses("2147483646,$ids[0]")['strOutMessageStatus'], 'ABORT,OK');
check('status of nothing: code 8', $statuses('')['return'], 8);

$fetch = fn(): array => $client->GetIncomingMessage($serial, $key, '', '', '', '', 0);
$texts = wait_for(function () use ($mobile, $marker): array|bool {
    $got = handset("$mobile?wait_s=5");
    return $got === null || array_filter($got['texts'], fn($text) => str_contains($text['text'], $marker));
});
if ($texts === true && handset($mobile) === null) {
    echo "skipped incoming: this demo has no stand-in handsets\n";
} else {
    $got = handset("$mobile");
    $mine = array_values(array_filter($got['texts'], fn($text) => str_contains($text['text'], $marker)));
    check('the text reached the handset', count($mine) > 0, true);
    $answer = "yes to $marker é & <ü>";
    handset("$mobile/replies", ['to' => ltrim(end($mine)['from'] ?? '', '+'), 'text' => $answer]);
    $incoming = wait_for(function () use ($fetch, $answer): array|false {
        $got = $fetch();
        return $got['strOutMessageContent'] === $answer ? $got : false;
    });
    check('incoming: sender without +', $incoming['strOutSender'] ?? null, $mobile);
    check('incoming: timestamp', preg_match('/^\d{4}-\d\d-\d\d \d\d:\d\d:\d\d$/', $incoming['strOutTimeStamp'] ?? ''), 1);
    wait_for(fn() => $fetch()['strOutSender'] === '');
    check('incoming: handed out once, then empty', $fetch(), [
        'strOutSender' => '', 'strOutMessageContent' => '', 'strOutTimeStamp' => '', 'iOutMessagesLeft' => 0, 'return' => 0,
    ]);
}

foreach ([
    [10, 'unknown serial', ['serial' => str_repeat('9', 16)]],
    [4, 'wrong key', ['key' => str_repeat('A', 24)]],
    [1, 'a kind that does not exist', ['kind' => 9]],
    [1, 'an originator that is not permitted', ['originator' => 'MyShop']],
    [1, 'a reply address that is not permitted', ['reply' => 'someone@elsewhere.invalid']],
    [9, 'no text', ['text' => '']],
    [8, 'no recipient', ['recipients' => '']],
    [8, 'not a mobile number', ['recipients' => "$mobile,12"]],
] as [$code, $what, $with]) {
    check("code $code: $what", $send($with), ['strOutMessageIDs' => '', 'return' => $code]);
}
foreach ([[2, 'inactive'], [12, 'exhausted'], [13, 'restricted']] as [$code, $state]) {
    if (isset($prepared[$state])) {
        ['serial' => $s, 'key' => $k] = $prepared[$state];
        check("code $code: $state", $send(['serial' => $s, 'key' => $k, 'recipients' => '61491570158'])['return'], $code);
    } else {
        echo "skipped code $code: no user prepared as $state\n";
    }
}
if ($prepared['lockable'] !== null) {
    for ($i = 0; $i < 12; $i++) {
        $last = $send(['serial' => $prepared['lockable']['serial'], 'key' => str_repeat('B', 24)])['return'];
    }
    check('code 3: too many wrong keys', $last, 3);
}

echo "$passed matched, $failed failed\n";
exit($failed > 0 || $passed === 0 ? 1 : 0);
