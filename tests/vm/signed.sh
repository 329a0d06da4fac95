#!/bin/sh
# Makes a BPF program of two instructions and signs it with a new key, as Linux verifies it (PKCS#7, detached).
#
#   signed.sh DIRECTORY
#
# The result is DIRECTORY/code, the instructions; DIRECTORY/signature; and DIRECTORY/certificate, of the key that signed them. The
# private key is not kept.
set -eu
mkdir -p "$1"
cd "$1"
[ ! -s certificate ] || exit 0
trap 'rm -f key.pem certificate.pem' EXIT
# r0 = 0; exit
printf '\267\000\000\000\000\000\000\000\225\000\000\000\000\000\000\000' >code
openssl req -x509 -newkey rsa:2048 -nodes -keyout key.pem -out certificate.pem -days 36500 -subj /CN=test 2>/dev/null
openssl cms -sign -binary -nocerts -noattr -outform DER -in code -signer certificate.pem -inkey key.pem -out signature
openssl x509 -in certificate.pem -outform DER -out certificate.new
mv certificate.new certificate
