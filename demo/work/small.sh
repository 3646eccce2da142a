# small.sh SECONDS SHARE: takes so many seconds, times SLOWNESS, and fails in that share of all cases.
exec awk -v seconds="$1" -v share="$2" -v slowness="${SLOWNESS:-1}" -v seed="$$" 'BEGIN {
    srand(seed)
    system("sleep " seconds * slowness)
    if (rand() < share) { print "the other end hung up (on purpose: such tasks fail now and then)"; exit 1 }
}'
