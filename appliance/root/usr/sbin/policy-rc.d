#!/bin/sh
# Asked by Debian's packages before they start, stop or restart a service (invoke-rc.d, deb-systemd-invoke). An update of
# rtpengine would silence all calls that are up: it is used from the next start of the machine on, as a new kernel is, and
# the console says so. 101 refuses, 0 is as you please.
is_sound= is_restart=
for word; do
    case $word in
    rtpengine*) is_sound=1 ;;
    restart | try-restart | force-reload) is_restart=1 ;;
    esac
done
[ "$is_sound$is_restart" = 11 ] || exit 0
systemctl --quiet is-active rtpengine-daemon || exit 0
echo '*** System restart required ***' > /run/reboot-required
echo rtpengine-daemon >> /run/reboot-required.pkgs
exit 101
