using System.Diagnostics;
using System.Text;
using Assay.Reliability.Accounts;
using Assay.Verify.Audits;
using Assay.Verify.Crypto;
using Assay.Verify.Dsse;
using Assay.Verify.Logs;
using Assay.Verify.Notes;
using Assay.Verify.Statements;

namespace Assay.Bench;

/// <summary>
/// Folding audits into an account, from scratch. One thread. <c>fold</c> begins where entries are parsed and signatures checked: it
/// recomputes every draw and counts every verdict. What comes before it is measured by itself, on the same entries.
/// </summary>
internal static class FoldBench
{
    private const int EpochRecords = 10_000;
    private const int Epochs = 60;
    private const string Provider = "provider.bench/log";
    private const string Auditor = "auditor.bench/log";

    private static readonly Segment Segment = new("bench", Word("model"), "profile", "here");
    private static readonly SigningKey Root = SigningKey.FromSeed(Word("root").Bytes);
    private static readonly SigningKey ProviderLog = SigningKey.FromSeed(Word("provider log").Bytes);
    private static readonly SigningKey AuditorLog = SigningKey.FromSeed(Word("auditor log").Bytes);
    private static readonly SigningKey Serving = SigningKey.FromSeed(Word("serving").Bytes);

    public static IEnumerable<Row> Rows(int runs)
    {
        // All records judged: a verdict costs the hash of its lot. One in a hundred: a hundred lots are hashed for one verdict.
        foreach (var (name, rate) in ((string, uint)[])[("fold", 1_000_000), ("fold, 1 in 10 drawn", 100_000), ("fold, 1 in 100 drawn", 10_000)])
        {
            var logs = new Logs(rate);
            yield return Row.Of(name, "verdicts/s", Row.Higher, Times(runs, logs.Verdicts, logs.Fold)) with { Threads = 1 };
            if (rate != 1_000_000)
                continue;
            yield return Row.Of("draw of an epoch", "records/s", Row.Higher, Times(runs, Epochs * EpochRecords, logs.Draw)) with { Threads = 1 };
            yield return Row.Of("parsing of verdict entries", "verdicts/s", Row.Higher, Times(runs, logs.Verdicts, logs.Parse)) with { Threads = 1 };
            yield return Row.Of("signatures of verdict entries", "entries/s", Row.Higher, Times(runs, logs.Entries.Count, logs.CheckSignatures)) with { Threads = 1 };
        }
    }

    private static List<double> Times(int runs, int count, Func<ulong> work)
    {
        var rates = new List<double>();
        for (var run = -1; run < runs; run++) // run -1 warms up
        {
            var start = Stopwatch.GetTimestamp();
            if (work() == 0)
                throw new InvalidOperationException("nothing was measured");
            if (run >= 0)
                rates.Add(count / Stopwatch.GetElapsedTime(start).TotalSeconds);
        }
        return rates;
    }

    private static Hash Word(string word) => Sha256.Of(Encoding.UTF8.GetBytes($"bench: {word}"));

    private static GenesisEvent Genesis(string origin, SigningKey root, SigningKey log) => new(
        origin, RootSet.Of(root.PublicKey), VerifierKey.Create(origin, NoteSignatureType.Ed25519, log.PublicKey), 1 << 30, 60, "bench", DateTimeOffset.UnixEpoch);

    /// <summary>A provider's log of 600,000 records and what one auditor wrote of it.</summary>
    private sealed class Logs
    {
        private readonly LogState provider = new();
        private readonly GenesisEvent auditor = Genesis(Auditor, AuditorLog, AuditorLog);
        private readonly List<LogEvent> events = [];
        private readonly List<AuditDrawEvent> draws = [];

        public Logs(uint rate)
        {
            provider.Apply(Genesis(Provider, Root, ProviderLog).ToEntry(Root));
            provider.Apply(new AuditTermsEvent(Provider, EpochRecords, 3600).ToEntry(Root));
            provider.Apply(KeyEvent.Introduce(Provider, Serving.PublicKey, Segment, 1 << 29).ToEntry(Root));
            ulong sequence = 0;
            for (ulong epoch = 0; epoch < Epochs; epoch++)
            {
                var own = provider.Size;
                provider.Apply(AuditSeedEvent.Sign(Provider, Serving.PublicKey.Id, epoch, Auditor, AuditorLog, rate, Word($"{epoch}")).ToEntry(ProviderLog));
                for (var i = 0; i < EpochRecords; i++)
                    provider.Apply(new SealedEntry(sequence++, default, Serving.PublicKey.Id, KeyAlgorithm.Ed25519, new byte[64]).ToBytes());
                var ended = provider.EpochOf(Serving.PublicKey.Id, epoch)!.Value;
                var draw = new AuditDrawEvent(
                    Auditor, Provider, Serving.PublicKey.Id, ended, provider.RootAt(ended.Size), own, rate, [new RevealedSeed(own, Word($"{epoch}"))], [], 0);
                draw = draw with { Drawn = (ulong)draw.Order().Length };
                draws.Add(draw);
                Add(draw);
                // One in 500 is not opened.
                var letters = new string([.. Enumerable.Range(0, (int)draw.Drawn).Select(i => i % 500 == 250 ? 'u' : 'r')]);
                Add(new AuditVerdictsEvent(Auditor, AuditLane.Traffic, (ulong)events.Count - 1, 0, letters, [], new EngineClaim("assay", "1", "b"), Word("work"), []));
                Verdicts += letters.Length;
            }
        }

        public int Verdicts { get; private set; }

        public List<byte[]> Entries { get; } = [];

        public ulong Fold()
        {
            var state = new AccountState(new AccountId(provider.Genesis!.Roots.Id, Segment.Service, "replay"));
            var book = new AuditBook(auditor, Provider, state);
            for (var i = 0; i < events.Count; i++)
                book.Apply((ulong)i, events[i]);
            new AccountFold(Segment.Service, provider, [book], state).Step(1, [new LogSize(Auditor, (ulong)events.Count, default)], Auditor);
            return state.Segments[0].Traffic.Counts.Total == (ulong)Verdicts ? 1UL : 0;
        }

        public ulong Draw() => draws.Aggregate(0UL, (sum, draw) => sum + (ulong)draw.Order().Length);

        public ulong Parse()
        {
            ulong sum = 0;
            foreach (var entry in Entries)
                sum += (ulong)((AuditVerdictsEvent)LogEvent.Parse(OpenEntry.Parse(entry).Payload.Span)).Letters.Length;
            return sum;
        }

        public ulong CheckSignatures()
        {
            ulong sum = 0;
            foreach (var entry in Entries)
                sum += OpenEntry.Parse(entry).IsSignedOnlyBy(AuditorLog.PublicKey) ? 1UL : 0;
            return sum;
        }

        private void Add(LogEvent step)
        {
            events.Add(step);
            if (step is AuditVerdictsEvent)
                Entries.Add(step.ToEntry(AuditorLog));
        }
    }
}
