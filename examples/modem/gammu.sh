#!/bin/sh
# gammu.sh NUMBER sends its standard input through a modem that gammu knows.
#
# Exit codes: 0 the network has accepted the text; 65 it refused; 69 there is no modem or
# no network; 75 the text may have been sent; 78 gammu is not there.
command -v gammu >/dev/null || { echo "gammu is not there" >&2; exit 78; }
said=$(gammu sendsms TEXT "$1" -unicode -autolen 1000 2>&1)
code=$?
case $said in
*OK*error*) exit 75 ;; # a part of a long text is out
*"network answer"*error*) echo "the network refused" >&2; exit 65 ;;
*"network answer"*OK*) [ $code -eq 0 ] && exit 0; exit 75 ;;
*"network answer"*) exit 75 ;;
*) echo "no modem, or no network" >&2; exit 69 ;;
esac
