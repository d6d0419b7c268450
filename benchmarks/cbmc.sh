#!/bin/sh
# Unpacks CBMC as Debian trixie has it into a folder, with the C library that it wants, and nothing is installed:
#     sh benchmarks/cbmc.sh ~/cbmc && PATH=~/cbmc:$PATH make bench
set -eu
here=${1:?usage: cbmc.sh FOLDER}
mkdir -p "$here/lists/partial" "$here/cache/archives/partial" "$here/root"
here=$(cd "$here" && pwd)
echo "deb [signed-by=/usr/share/keyrings/debian-archive-keyring.gpg] http://deb.debian.org/debian trixie main" >"$here/sources"
: >"$here/status"
apt() {
    command=$1
    shift
    "$command" -qq -o Dir::Etc::sourcelist="$here/sources" -o Dir::Etc::sourceparts=- -o Dir::State::lists="$here/lists" \
        -o Dir::State::status="$here/status" -o Dir::Cache="$here/cache" -o APT::Architecture=amd64 "$@"
}
apt apt-get update
# What it is linked against; the compiler that it calls to preprocess is the machine's own.
cd "$here" && apt apt-get download cbmc minisat zlib1g libc6 libstdc++6 libgcc-s1
for package in "$here"/*.deb; do
    dpkg-deb -x "$package" "$here/root"
    rm "$package"
done
libraries=$here/root/usr/lib/x86_64-linux-gnu
cat >"$here/cbmc" <<EOF
#!/bin/sh
exec "$libraries/ld-linux-x86-64.so.2" --library-path "$libraries:$here/root/usr/lib" "$here/root/usr/bin/cbmc" "\$@"
EOF
chmod +x "$here/cbmc"
"$here/cbmc" --version
