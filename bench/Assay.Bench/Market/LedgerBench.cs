using System.Diagnostics;
using Assay.Log;
using Assay.Log.Files;
using Assay.Market.Journal;
using Assay.Verify.Crypto;

namespace Assay.Bench.Market;

/// <summary>
/// Postings that are durable: signed instructions, checked, folded into the state, written as journal entries and flushed with the log,
/// one entry after another. A <c>pay</c> is two postings.
/// </summary>
internal static class LedgerBench
{
    private const string Origin = "market.bench/log";
    private const ulong Time = 1_700_000_000;
    private const int Entries = 12;

    private static readonly SigningKey LogKey = SigningKey.FromSeed(Sha256.Of("bench: market"u8).Bytes);

    public static async Task<List<Row>> RowsAsync(string directory, int runs)
    {
        Directory.CreateDirectory(directory);
        try
        {
            var rows = new List<Row>();
            foreach (var participants in (int[])[100, 10_000])
            {
                var (ours, checks, alone) = (new List<double>(), new List<double>(), new List<double>());
                for (var run = -1; run < runs; run++) // run -1 warms up
                {
                    var figures = await Run(Path.Combine(directory, $"{participants}-{run}"), participants);
                    if (run < 0)
                        continue;
                    ours.Add(figures.Durable);
                    checks.Add(figures.Checked);
                    alone.Add(figures.Posted);
                }
                rows.Add((Row.Of($"ledger-postings/{participants}", "postings/s", Row.Higher, ours) with { Threads = 1 }).Beside("checking the signatures alone", "", checks));
                if (participants == 100)
                    rows.Add(Row.Of("book-postings", "postings/s", Row.Higher, alone) with { Threads = 1 });
            }
            return rows;
        }
        finally
        {
            Directory.Delete(directory, recursive: true);
        }
    }

    private static async Task<(double Durable, double Checked, double Posted)> Run(string directory, int participants)
    {
        var keys = Enumerable.Range(0, participants).Select(i => SigningKey.FromSeed(Sha256.Of(BitConverter.GetBytes(i)).Bytes)).ToArray();
        var market = new MarketFold(Origin);
        var log = TileLog.Create(new PosixLogFiles(directory), Origin, LogKey, "genesis"u8.ToArray());
        List<MarketEvent> opening = [new TermsEvent(new MarketTerms()), .. keys.Select(k => new JoinEvent(Hash.From(k.PublicKey.Raw), [])), .. keys.Select((_, i) => new GrantEvent((ulong)i, 1_000_000_000, $"paper:{i}"))];
        foreach (var step in opening)
        {
            var bytes = SignedEvent.Of(step).ToBytes();
            if (!market.HasRoom(bytes.Length))
                await Log(market, log);
            market.Add(bytes, Time);
        }
        await Log(market, log);

        // Signed beforehand, by their participants: not our work.
        var nonces = new ulong[participants];
        var random = new Random(1);
        var pays = Enumerable.Range(0, Entries * 200).Select(_ => random.Next(participants)).Select(by =>
            SignedEvent.Sign(Origin, new PayEvent((ulong)by, nonces[by]++, (ulong)random.Next(participants), 1 + random.Next(1_000), null), keys[by]).ToBytes()).ToArray();
        var (before, first) = (market.State.Book.Posted, market.State.ToBytes());
        var start = Stopwatch.GetTimestamp();
        for (var i = 0; i < pays.Length; i++)
        {
            market.Add(pays[i], Time + (ulong)i);
            if (i % 200 == 199)
                await Log(market, log);
        }
        var postings = market.State.Book.Posted - before;
        var durable = postings / Stopwatch.GetElapsedTime(start).TotalSeconds;

        await log.DisposeAsync();
        start = Stopwatch.GetTimestamp();
        foreach (var pay in pays)
            if (SignedEvent.Parse(pay) is not { Event: MarketInstruction by } signed || !signed.IsSignedBy(market.State.Participants.KeyOf(by.By), Origin))
                throw new BenchException("an instruction that is not signed");
        var judged = postings / Stopwatch.GetElapsedTime(start).TotalSeconds;

        // The same without signatures, entries and disk: what the state and the book cost.
        const int rounds = 40;
        var (states, events) = (Array.ConvertAll(new int[rounds], _ => MarketState.Parse(first)), Array.ConvertAll(pays, p => SignedEvent.Parse(p).Event));
        start = Stopwatch.GetTimestamp();
        foreach (var state in states)
            foreach (var step in events)
                state.Apply(step, Time + (ulong)pays.Length);
        return (durable, judged, postings * (double)rounds / Stopwatch.GetElapsedTime(start).TotalSeconds);
    }

    private static async Task Log(MarketFold market, TileLog log)
    {
        await log.AppendAsync(market.Close()!.ToEntry(LogKey));
        market.Keep();
    }
}
