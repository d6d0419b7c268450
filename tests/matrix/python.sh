#!/bin/sh
# Unpacks the newest Python of Debian sid into a folder, with the C library that it wants, and nothing is installed:
#     sh tests/matrix/python.sh ~/pythons 3.14 && PATH=~/pythons:$PATH make matrix
set -eu
here=${1:?usage: python.sh FOLDER VERSION}
name=python${2:?usage: python.sh FOLDER VERSION}
mkdir -p "$here/lists/partial" "$here/cache/archives/partial" "$here/root"
here=$(cd "$here" && pwd)
echo "deb [signed-by=/usr/share/keyrings/debian-archive-keyring.gpg] http://deb.debian.org/debian sid main" >"$here/sources"
: >"$here/status"
apt() {
    command=$1
    shift
    "$command" -qq -o Dir::Etc::sourcelist="$here/sources" -o Dir::Etc::sourceparts=- -o Dir::State::lists="$here/lists" \
        -o Dir::State::status="$here/status" -o Dir::Cache="$here/cache" -o APT::Architecture=amd64 "$@"
}
apt apt-get update
# `install` into an empty state names all that it needs; what is only downloaded is unpacked by hand.
cd "$here" && apt apt-get install --download-only --no-install-recommends -y "$name-venv"
for package in "$here"/cache/archives/*.deb; do
    dpkg-deb -x "$package" "$here/root"
    rm "$package"
done
libraries=$here/root/usr/lib/x86_64-linux-gnu
bin=$here/root/usr/bin
grep -rl /usr/share/python-wheels "$here/root/usr/lib/$name" | xargs sed -i "s#/usr/share/python-wheels#$here/root/usr/share/python-wheels#"
mv "$bin/$name" "$bin/$name.elf"
# Python looks for its library and its environment from the name that it is called by: that of this script, or of a link to it.
cat >"$bin/$name" <<EOF
#!/bin/sh
exec "$libraries/ld-linux-x86-64.so.2" --argv0 "\$0" --library-path "$libraries" "$bin/$name.elf" "\$@"
EOF
printf '#!/bin/sh\nexec "%s" "$@"\n' "$bin/$name" >"$here/$name"
chmod +x "$bin/$name" "$here/$name"
"$here/$name" --version
