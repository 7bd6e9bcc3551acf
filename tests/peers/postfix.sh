#!/bin/sh
# A Postfix of its own directory as the relay: takes mail on a loopback port, delivers all of it into one maildir. Root, Debian package postfix.
#   postfix.sh start DIR [PORT]   prints the port; mails land in DIR/mails/all/new
#   postfix.sh stop DIR
set -eu

usage() { sed -n '2,4p' "$0" >&2; exit 2; }
[ $# -ge 2 ] || usage
command -v postfix >/dev/null || { echo "postfix is not installed: apt-get install postfix" >&2; exit 1; }
[ "$(id -u)" = 0 ] || { echo "Postfix starts as root only" >&2; exit 1; }
DIR=$(mkdir -p "$2" && cd "$2" && pwd)

free_port() { python3 -c 'import socket; s = socket.socket(); s.bind(("127.0.0.1", 0)); print(s.getsockname()[1])'; }

configure() {
    daemons=$(for d in /usr/lib/postfix/sbin /usr/libexec/postfix; do [ -x "$d/master" ] && echo "$d" && break; done)
    mkdir -p "$DIR/etc" "$DIR/queue" "$DIR/data" "$DIR/mails"
    # Delivery runs as nobody, the queue as postfix: both must get through the directories above.
    chmod 755 "$DIR" "$DIR/etc" "$DIR/queue"
    chown postfix "$DIR/data"
    chown nobody "$DIR/mails"
    cat >"$DIR/etc/main.cf" <<EOF
compatibility_level = 3.6
queue_directory = $DIR/queue
data_directory = $DIR/data
daemon_directory = $daemons
command_directory = /usr/sbin
maillog_file = $DIR/mail.log
maillog_file_prefixes = $DIR
myhostname = relay.test
mydestination =
inet_interfaces = 127.0.0.1
inet_protocols = ipv4
mynetworks = 127.0.0.0/8
smtpd_relay_restrictions = permit_mynetworks, reject
virtual_mailbox_domains = static:all
virtual_mailbox_maps = static:all/
virtual_mailbox_base = $DIR/mails
virtual_uid_maps = static:$(id -u nobody)
virtual_gid_maps = static:$(id -g nobody)
virtual_alias_maps =
alias_maps =
alias_database =
smtp_dns_support_level = disabled
biff = no
EOF
    cat >"$DIR/etc/master.cf" <<EOF
127.0.0.1:$1 inet n - n - - smtpd
pickup    unix  n - n 60 1 pickup
cleanup   unix  n - n - 0 cleanup
qmgr      unix  n - n 300 1 qmgr
rewrite   unix  - - n - - trivial-rewrite
bounce    unix  - - n - 0 bounce
defer     unix  - - n - 0 bounce
trace     unix  - - n - 0 bounce
proxymap  unix  - - n - - proxymap
smtp      unix  - - n - - smtp
error     unix  - - n - - error
retry     unix  - - n - - error
discard   unix  - - n - - discard
virtual   unix  - n n - - virtual
anvil     unix  - - n - 1 anvil
scache    unix  - - n - 1 scache
tlsmgr    unix  - - n 1000? 1 tlsmgr
postlog   unix-dgram n - n - 1 postlogd
EOF
}

wait_for_port() {
    python3 - "$1" <<'EOF'
import socket, sys, time
for _ in range(600):
    try:
        with socket.create_connection(("127.0.0.1", int(sys.argv[1])), 1) as s:
            if s.recv(3) == b"220":
                sys.exit(0)
    except OSError:
        time.sleep(0.1)
sys.exit("Postfix does not answer; see its mail.log")
EOF
}

case $1 in
start)
    port=${3:-$(free_port)}
    configure "$port"
    postfix -c "$DIR/etc" start >"$DIR/start.log" 2>&1 || { cat "$DIR/start.log" "$DIR/mail.log" >&2; exit 1; }
    wait_for_port "$port"
    echo "$port"
    ;;
stop) postfix -c "$DIR/etc" stop >>"$DIR/start.log" 2>&1 ;;
*) usage ;;
esac
