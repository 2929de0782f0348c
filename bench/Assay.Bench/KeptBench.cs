using System.Diagnostics;
using System.Text;
using Assay.Audit.Accounts;
using Assay.Node;
using Assay.Node.Accounts;
using Assay.Node.Web;
using Assay.Reliability.Accounts;
using Assay.Store.Accounts;
using Assay.Verify.Audits;
using Assay.Verify.Crypto;
using Assay.Verify.Dsse;
using Assay.Verify.Logs;
using Assay.Verify.Notes;
using Assay.Verify.Statements;

namespace Assay.Bench;

/// <summary>
/// Keeping the account of a provider with many records: its entries read in slices, each epoch of 1,000 drawn at one in ten by one
/// auditor, a step with its figures kept after each slice. One thread; entries are made outside the clock, sealed entries are not signed.
/// </summary>
internal static class KeptBench
{
    private const int EpochRecords = 1_000;
    private const int Slice = 1_000; // epochs
    private const string Provider = "provider.bench/log";
    private const string Auditor = "auditor.bench/log";

    private static readonly Segment Segment = new("bench", Word("model"), "profile", "here");
    private static readonly SigningKey Root = SigningKey.FromSeed(Word("root").Bytes);
    private static readonly SigningKey ProviderLog = SigningKey.FromSeed(Word("provider log").Bytes);
    private static readonly SigningKey AuditorLog = SigningKey.FromSeed(Word("auditor log").Bytes);
    private static readonly SigningKey Serving = SigningKey.FromSeed(Word("serving").Bytes);

    /// <param name="records">A multiple of a million.</param>
    public static async Task<List<Row>> RowsAsync(int records)
    {
        var folder = Directory.CreateTempSubdirectory("assay-bench-");
        try
        {
            var data = new DataFolder(folder.FullName);
            List<Row> rows;
            Hash account;
            using (var vault = AccountsDesk.OpenVault(data))
                rows = [.. Rows(records, vault, out account)];
            rows.AddRange(await PageAsync(data, account, records));
            return rows;
        }
        finally
        {
            folder.Delete(recursive: true);
        }
    }

    // What a browser waits for: the page of that account, from a node that has just started and again.
    private static async Task<IEnumerable<Row>> PageAsync(DataFolder data, Hash account, int records)
    {
        await using var node = AssayNode.Open(data, new NodeOptions());
        await using var app = WebHost.Build(node, new Uri("http://127.0.0.1:0"), null);
        await app.StartAsync();
        using var client = new HttpClient { BaseAddress = new Uri(app.Urls.First()) };
        await client.GetStringAsync("/");
        var times = new List<double>();
        for (var i = 0; i < 31; i++)
        {
            var start = Stopwatch.GetTimestamp();
            var page = await client.GetStringAsync($"/accounts/{account.ToHex()}");
            times.Add(Stopwatch.GetElapsedTime(start).TotalMilliseconds);
            if (!page.Contains("svg class=\"chart\"", StringComparison.Ordinal))
                throw new InvalidOperationException("the page has no charts");
        }
        return
        [
            Row.Of("account page, first", "ms", Row.Lower, times[0]) with { Total = records },
            Row.Of("account page", "ms", Row.Lower, times.Skip(1)) with { Total = records },
        ];
    }

    private static List<Row> Rows(int records, AccountVault vault, out Hash account)
    {
        var (little, much) = (new LogProgress(), new LogState());
        var genesis = Genesis(Auditor, AuditorLog, AuditorLog);
        foreach (var entry in (byte[][])[Genesis(Provider, Root, ProviderLog).ToEntry(Root), new AuditTermsEvent(Provider, EpochRecords, 3600).ToEntry(Root), KeyEvent.Introduce(Provider, Serving.PublicKey, Segment, 1 << 29).ToEntry(Root)])
        {
            little.Apply(entry);
            much.Apply(entry);
        }
        var state = new AccountState(new AccountId(little.Genesis!.Roots.Id, Segment.Service, "replay"));
        var book = new AuditBook(genesis, Provider, state);
        var (history, rows) = (new FigureHistory(), new List<KeptEpoch>());
        var (before, reading, folding, index, sequence) = (GC.GetTotalMemory(true), TimeSpan.Zero, TimeSpan.Zero, 1UL, 0UL);
        var kept = new List<(int Records, double Little)>();
        var wholeAtMillion = 0.0;
        for (var epoch = 0; epoch < records / EpochRecords; epoch++)
        {
            var own = little.Size;
            var entries = new byte[EpochRecords + 1][];
            entries[0] = AuditSeedEvent.Sign(Provider, Serving.PublicKey.Id, (ulong)epoch, Auditor, AuditorLog, 100_000, Word($"{epoch}")).ToEntry(ProviderLog);
            for (var i = 1; i <= EpochRecords; i++)
                entries[i] = new SealedEntry(sequence++, default, Serving.PublicKey.Id, KeyAlgorithm.Ed25519, new byte[64]).ToBytes();
            var start = Stopwatch.GetTimestamp();
            foreach (var entry in entries)
                little.Apply(entry);
            reading += Stopwatch.GetElapsedTime(start);
            if (epoch < Slice)
                foreach (var entry in entries)
                    much.Apply(entry);
            var ended = little.EpochOf(Serving.PublicKey.Id, (ulong)epoch)!.Value;
            var draw = new AuditDrawEvent(Auditor, Provider, Serving.PublicKey.Id, ended, little.RootAt(ended.Size), own, 100_000, [new RevealedSeed(own, Word($"{epoch}"))], [], 0);
            draw = draw with { Drawn = (ulong)draw.Order().Length };
            book.Apply(index, draw);
            book.Apply(index + 1, new AuditVerdictsEvent(Auditor, AuditLane.Traffic, index, 0, new string('r', (int)draw.Drawn), [], new EngineClaim("assay", "1", "b"), Word("work"), []));
            index += 2;
            if ((epoch + 1) % Slice != 0)
                continue;
            start = Stopwatch.GetTimestamp();
            var (time, number) = (1_790_000_000 + (ulong)epoch * 3600, state.Steps);
            rows.Clear();
            var step = new AccountFold(Segment.Service, little, [book], state)
                .Step(time, [new LogSize(Auditor, index, default)], Auditor, place => rows.Add(history.Add(state.Segments[place], place, number, time)));
            little.Forget(state.SettledOf);
            vault.Put(
                new KeptAccount(state.Account, Provider, "bench", "", Root.PublicKey.Id, Segment.Service, "replay", state.Steps, time, state.ToBytes()),
                [new KeptSegment(state.Account, 0, Segment.Model, "model@1", Segment.Profile, Segment.Region)], rows, new KeptStep(number, time, step.ToBytes(), Logged: true));
            folding += Stopwatch.GetElapsedTime(start);
            if (epoch + 1 == Slice)
            {
                var both = GC.GetTotalMemory(true) - before;
                GC.KeepAlive(much);
                much = null!;
                var alone = GC.GetTotalMemory(true) - before;
                wholeAtMillion = (both - alone) / 1e6;
                kept.Add((epoch + 1, alone / 1e6));
            }
            else if (epoch + 1 == records / EpochRecords)
                kept.Add((epoch + 1, (GC.GetTotalMemory(true) - before) / 1e6));
        }
        if (state.Segments[0].Records != (ulong)records)
            throw new InvalidOperationException("not every record was folded");
        GC.KeepAlive(little);
        GC.KeepAlive(book);
        account = state.Account;
        return
        [
            Row.Of("kept account, provider's entries", "entries/s", Row.Higher, little.Size / reading.TotalSeconds) with { Threads = 1, Total = records },
             Row.Of("kept account, steps", "s", Row.Lower, folding.TotalSeconds) with { Threads = 1, Total = records },
             Row.Of("kept account, memory at 1 million", "MB", Row.Lower, kept[0].Little).Beside("the fold that keeps all", "", [wholeAtMillion]),
             Row.Of($"kept account, memory at {records / 1_000_000} million", "MB", Row.Lower, kept[^1].Little) with { Total = records },
        ];
    }

    private static Hash Word(string word) => Sha256.Of(Encoding.UTF8.GetBytes($"bench: {word}"));

    private static GenesisEvent Genesis(string origin, SigningKey root, SigningKey log) => new(
        origin, RootSet.Of(root.PublicKey), VerifierKey.Create(origin, NoteSignatureType.Ed25519, log.PublicKey), 1 << 30, 60, "bench", DateTimeOffset.UnixEpoch);
}
