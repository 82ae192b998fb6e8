#!/bin/sh
# Runs inside the new root, after the packages and the files of the image are there: what only Debian's own tools can do.
set -eu

# Nobody can log in as root; "admin" is let in by PAM with the password of the box's pages.
passwd --quiet --lock root
chmod 440 /etc/sudoers.d/causeway
# As the package has them: settings hold passwords.
chgrp causeway /etc/causeway/causeway.yaml
chmod 640 /etc/causeway/causeway.yaml
id admin > /dev/null 2>&1 || useradd --create-home --shell /bin/bash --uid 1000 --user-group admin
# What is on the data partition keeps its owners' numbers when the system is replaced, so they never change; the box's own
# is in /etc/sysusers.d.
usermod --uid 901 rtpengine
groupmod --gid 901 rtpengine
chown rtpengine:rtpengine /var/spool/rtpengine
pam-auth-update --package

systemctl --quiet enable systemd-networkd systemd-networkd-wait-online systemd-resolved systemd-timesyncd nftables \
    rtpengine-daemon causeway causeway-media-address causeway-console@tty1 getty@tty2
systemctl --quiet disable getty@tty1 e2scrub_reap e2scrub_all.timer
# The console is there instead; nobody is asked anything at the first start; identities are made in the initrd.
systemctl --quiet mask serial-getty@ttyS0 systemd-firstboot systemd-machine-id-commit

ln -sf ../run/systemd/resolve/stub-resolv.conf /etc/resolv.conf
ln -sf /etc/machine-id /var/lib/dbus/machine-id
# An update of Debian's may have brought a newer kernel than the one that was there: only that one stays.
for old in $(ls /lib/modules | sort -V | head -n -1); do
    dpkg --purge "linux-image-$old"
    rm -rf "/lib/modules/$old"
done
kernel=$(ls /lib/modules)
if [ "$(ls /boot/vmlinuz-*)" != "/boot/vmlinuz-$kernel" ]; then
    echo "there should be one kernel, $kernel, but there are:" /boot/vmlinuz-* >&2
    exit 1
fi
update-initramfs -u -k all
mkdir -p /efi/EFI/BOOT /efi/EFI/systemd /efi/loader
cp /usr/lib/systemd/boot/efi/systemd-bootx64.efi /efi/EFI/BOOT/BOOTX64.EFI
cp /usr/lib/systemd/boot/efi/systemd-bootx64.efi /efi/EFI/systemd/
printf 'timeout 3\neditor no\n' > /efi/loader/loader.conf
kernel-install add "$kernel" "/boot/vmlinuz-$kernel" "/boot/initrd.img-$kernel"
# Paths of boot entries are those on the partition, which is mounted at /efi only in the machine itself.
sed -i 's# /efi/# /#' /efi/loader/entries/*.conf
grep -q '^linux */causeway-a/' /efi/loader/entries/*.conf

apt-get clean
rm -rf /var/lib/apt/lists/* /var/cache/debconf/*-old /var/lib/dpkg/*-old /var/log/*.log /var/log/apt/* /boot/*.dpkg-bak
: > /etc/machine-id
