using Assay.Reliability.Statistics;
using Assay.Verify;
using Assay.Verify.Crypto;
using Assay.Verify.Statements;

namespace Assay.Reliability.Accounts;

/// <summary>What was observed on one day, by the observers' clocks.</summary>
/// <param name="Day">Since 1970-01-01, UTC, of the batches' ends.</param>
/// <param name="Batches">Entries.</param>
/// <param name="LogE">Of likelihood: the sum, in millionths; else 0.</param>
public readonly record struct ObservedDay(ulong Day, ulong Batches, ObservedCounts Counts, long LogE);

/// <summary>What one observer said of one segment, so that nobody's word hides in a sum.</summary>
public sealed class ObserverTally
{
    /// <summary>Probes that an incident may last before it fails, and that a calm should last (docs/spec/accounts.md section 10).</summary>
    public const ulong Repair = 10, Calm = 100;

    private string origin = "";
    private Hash keyId;
    private ulong batches;
    private long logE;

    internal ObserverTally()
    {
    }

    internal ObserverTally(string origin, in Hash keyId) => (this.origin, this.keyId) = (origin, keyId);

    public string Origin => origin;

    /// <summary>Of its log key.</summary>
    public Hash KeyId => keyId;

    public ulong Batches => batches;

    public ObservedCounts Counts { get; private set; }

    /// <summary>Of likelihood: the sum, in millionths.</summary>
    public long LogE => logE;

    /// <summary>Of the oracle service: incidents, each once, its probes numbered from 0. Not answered is down.</summary>
    public Uptime Uptime { get; private set; } = new(Repair, Calm);

    internal void Add(ObservationsEvent seen)
    {
        batches++;
        logE = (long)Int128.Clamp((Int128)logE + (seen.LogE ?? 0), -1L << 62, 1L << 62);
        if (seen.Letters is not { } letters)
            return;
        Counts += ObservedCounts.Of(letters);
        if (seen.Oracle == ObservationOracle.Service)
            foreach (var letter in letters)
                Uptime = Uptime.Probe(Uptime.Probes.Total, letter != 'n');
    }

    internal void Transfer(StateBytes bytes)
    {
        bytes.Text(ref origin);
        bytes.Hash(ref keyId);
        bytes.Number(ref batches);
        Counts = ObservedCounts.Transfer(bytes, Counts);
        bytes.Number(ref logE);
        var (probes, repairs, calms, since, now) = Uptime.Kept;
        (probes, repairs, calms) = (Both(bytes, probes), Both(bytes, repairs), Both(bytes, calms));
        bytes.Number(ref since);
        bytes.Number(ref now);
        if (now > 4 || since > probes.Total)
            throw new MalformedException("an account's state whose incidents contradict themselves");
        Uptime = Uptime.Resume((probes, repairs, calms, since, now));
    }

    private static Counts Both(StateBytes bytes, Counts counts)
    {
        var (passes, failures) = (counts.Passes, counts.Failures);
        bytes.Number(ref passes);
        bytes.Number(ref failures);
        return (UInt128)passes + failures < Statistics.Counts.Limit && passes < Statistics.Counts.Limit
            ? new Counts(passes, failures)
            : throw new MalformedException("an account's state with counts above 2^53");
    }
}

/// <summary>What is known of one address (docs/spec/accounts-fold.md section 7). Its size does not grow with the number of observations.</summary>
public sealed class ObservedSegment
{
    /// <summary>Days that the trailing figures are of.</summary>
    public const int TrailingDays = 32;

    /// <summary>Answered observations that the change detector is fitted to.</summary>
    public const ulong BaselineVerdicts = 200;

    private const ulong SecondsOfDay = 24 * 3600;

    private Hash address;
    private ulong batches, first, last;
    private readonly List<ObservedDay> days = [];
    private readonly List<ObserverTally> observers = [];

    internal ObservedSegment()
    {
    }

    internal ObservedSegment(in Hash address) => this.address = address;

    /// <summary>Of the endpoint and of the model that it was asked for.</summary>
    public Hash Address => address;

    /// <summary>Entries.</summary>
    public ulong Batches => batches;

    /// <summary>When the earliest observation began and the last ended, in Unix seconds by the observers' clocks.</summary>
    public ulong First => first;

    public ulong Last => last;

    public ObservedCounts Counts { get; private set; }

    /// <summary>The latest days that have observations, at most <see cref="TrailingDays"/>, ascending.</summary>
    public IReadOnlyList<ObservedDay> Days => days;

    /// <summary>In the order in which they were first read.</summary>
    public IReadOnlyList<ObserverTally> Observers => observers;

    /// <summary>Of letters, in the order in which they were folded.</summary>
    public ChangeWatch Change { get; } = new(BaselineVerdicts);

    /// <summary>Of likelihood.</summary>
    public Evidence Evidence { get; } = new();

    internal void Add(LogSize log, in Hash keyId, ObservationsEvent seen)
    {
        var (from, to) = (Seconds(seen.From), Seconds(seen.To));
        (first, last) = batches == 0 ? (from, to) : (Math.Min(first, from), Math.Max(last, to));
        batches++;
        var counts = seen.Letters is { } letters ? ObservedCounts.Of(letters) : default;
        Counts += counts;
        AddDay(to / SecondsOfDay, counts, seen.LogE ?? 0);
        Observer(log.Origin, keyId).Add(seen);
        if (seen.LogE is { } logE)
            Evidence.Add(logE, to / SecondsOfDay);
        // An outage is no change of the model: what was not answered steps the detector of availability alone.
        foreach (var letter in seen.Letters ?? "")
            if (letter != 'n' || seen.Oracle == ObservationOracle.Service)
                Change.Step(letter != 'p', to / SecondsOfDay);
    }

    internal void Transfer(StateBytes bytes)
    {
        bytes.Hash(ref address);
        bytes.Number(ref batches);
        bytes.Number(ref first);
        bytes.Number(ref last);
        Counts = ObservedCounts.Transfer(bytes, Counts);
        bytes.List(days, TrailingDays, 48, day =>
        {
            var (number, entries, counts, logE) = day;
            bytes.Number(ref number);
            bytes.Number(ref entries);
            counts = ObservedCounts.Transfer(bytes, counts);
            bytes.Number(ref logE);
            return new ObservedDay(number, entries, counts, logE);
        }, default);
        bytes.List(observers, 1 << 16, 136, observer =>
        {
            (observer ??= new ObserverTally()).Transfer(bytes);
            return observer;
        }, null!);
        Change.Transfer(bytes);
        Evidence.Transfer(bytes);
        for (var i = 1; i < days.Count; i++)
            if (days[i - 1].Day >= days[i].Day)
                throw new MalformedException("an account's state whose days are not in order");
    }

    private void AddDay(ulong day, ObservedCounts counts, long logE)
    {
        var at = days.FindIndex(d => d.Day >= day);
        at = at < 0 ? days.Count : at;
        if (at < days.Count && days[at].Day == day)
        {
            var sum = (long)Int128.Clamp((Int128)days[at].LogE + logE, -1L << 62, 1L << 62);
            days[at] = new ObservedDay(day, days[at].Batches + 1, days[at].Counts + counts, sum);
            return;
        }
        days.Insert(at, new ObservedDay(day, 1, counts, logE));
        if (days.Count > TrailingDays)
            days.RemoveAt(0);
    }

    private ObserverTally Observer(string origin, in Hash keyId)
    {
        foreach (var known in observers)
            if (known.Origin == origin && known.KeyId == keyId)
                return known;
        observers.Add(new ObserverTally(origin, keyId));
        return observers[^1];
    }

    private static ulong Seconds(DateTimeOffset time) => (ulong)Math.Max(0, time.ToUnixTimeSeconds());
}
