#!/bin/sh
# mmcli.sh NUMBER sends its standard input through ModemManager.
#
# Exit codes: 0 the network has accepted the text; 65 it refused; 69 there is no modem; 75 the
# text may have been sent; 76 the text has both kinds of quotation marks, which mmcli cannot
# take; 78 mmcli is not there.
command -v mmcli >/dev/null || { echo "mmcli is not there" >&2; exit 78; }
text=$(cat)
case $text in
*\'*\"* | *\"*\'*) echo "the text has both kinds of quotation marks" >&2; exit 76 ;;
*\'*) text="\"$text\"" ;;
*) text="'$text'" ;;
esac
made=$(mmcli -m any --messaging-create-sms="text=$text,number='$1'" 2>/dev/null)
sms=$(printf '%s' "$made" | sed -n 's|.*\(/org/freedesktop/ModemManager1/SMS/[0-9]*\).*|\1|p')
[ -n "$sms" ] || { echo "no modem" >&2; exit 69; }
mmcli -s "$sms" --send >/dev/null 2>&1
code=$?
state=$(mmcli -s "$sms" --output-keyvalue 2>/dev/null | sed -n 's/^sms\.properties\.state *: *//p')
mmcli -m any --messaging-delete-sms="$sms" >/dev/null 2>&1
case $state in
sent) exit 0 ;;
stored) [ $code -ne 0 ] && exit 65; exit 75 ;;
*) exit 75 ;;
esac
