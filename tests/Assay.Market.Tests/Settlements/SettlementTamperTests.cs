using System.Text;
using Assay.Market.Cover;
using Assay.Market.Journal;
using Assay.Market.Settlements;
using Assay.Reliability.Passports;
using Assay.Reliability.Tests.Passports;
using Assay.Verify.Merkle;
using Assay.Verify.Notes;
using Assay.Verify.Statements;

namespace Assay.Market.Tests.Settlements;

/// <summary>One changed verdict, figure, look or entry changes a settlement or voids it, and it is told where.</summary>
public class SettlementTamperTests
{
    private static readonly Lazy<(CoveredLogs Logs, SettlementFile File)> Good = new(() =>
    {
        var logs = CoveredLogs.Small(1);
        return (logs, logs.Settlement());
    });

    [Fact]
    public void Every_figure_is_recomputed_and_the_wrong_one_is_named()
    {
        var (_, file) = Good.Value;
        var figures = file.Header.Figures;
        var paid = figures.Paid!.Value;
        foreach (var (where, changed) in new (string, SettlementFigures)[]
        {
            ("window.records", figures with { Window = figures.Window with { Records = figures.Window.Records + 1 } }),
            ("window.epochs", figures with { Window = figures.Window with { Epochs = figures.Window.Epochs - 1 } }),
            ("window.passes", figures with { Window = figures.Window with { Passes = figures.Window.Passes + 1 } }),
            ("window.failures", figures with { Window = figures.Window with { Failures = figures.Window.Failures - 1 } }),
            ("window.undecided", figures with { Window = figures.Window with { Undecided = 1 } }),
            ("window.neither", figures with { Window = figures.Window with { Neither = 1 } }),
            ("triggered", figures with { Triggered = false }),
            ("rate", figures with { Rate = figures.Rate + 1 }),
            ("payout", figures with { Payout = figures.Payout - 1 }),
            ("premiumBack", figures with { PremiumBack = true }),
            ("paid", figures with { Paid = null }),
            ("paid", figures with { Paid = paid.RemoveAt(0) }),
            ("paid[0]", figures with { Paid = [paid[1], paid[0]] }),
            ("paid[0]", figures with { Paid = paid.SetItem(0, paid[0] with { Units = paid[0].Units + 1 }) }),
        })
            Assert.Equal(where, Refuse(file with { Header = file.Header with { Figures = changed } }).Differences[0].Where);
    }

    [Fact]
    public void Another_policys_number_purchase_or_end_is_not_this_ones()
    {
        var (logs, file) = Good.Value;
        var (header, other) = (file.Header, logs.Settlement(1).Header);
        Assert.Contains("was sold at", Refuse(file with { Header = header with { Number = 1 } }).Differences[0].Detail, StringComparison.Ordinal);
        Assert.Equal("says 2, which was never sold", Refuse(file with { Header = header with { Number = 2 } }).Differences[0].Detail);
        Refuse(file with { Header = header with { Opened = other.Opened } });
        Refuse(file with { Header = header with { Settled = other.Settled } });
        Assert.Equal("at [0,0] no cover is shown", Refuse(file with { Header = header with { Opened = new EventPlace(0, 0) } }).Differences[0].Detail);
        Assert.StartsWith("nothing up to", Refuse(file with { Header = header with { Settled = header.Opened } }).Differences[0].Detail, StringComparison.Ordinal);
        Assert.Equal("settled", Refuse(file with { Header = header with { Settled = new EventPlace(header.Settled.Entry + 1, 0) } }).Differences[0].Where);
    }

    [Fact]
    public void A_verdict_that_the_auditor_changes_later_is_another_log_than_the_steps_were_read_from()
    {
        var (logs, file) = Good.Value;
        var auditor = logs.Audited.Auditors[0];
        var at = auditor.Events.FindLastIndex(e => e.Event is AuditVerdictsEvent { Letters: var letters } && letters.Contains('d', StringComparison.Ordinal));
        var verdicts = (AuditVerdictsEvent)auditor.Events[at].Event;
        var entries = auditor.Entries.ToArray();
        entries[at] = (verdicts with { Letters = verdicts.Letters.Replace('d', 'r'), Divergences = [] }).ToEntry(auditor.LogKey);
        var note = new Checkpoint(auditor.Origin, (ulong)entries.Length, MerkleTree.Head([.. entries.Select(e => MerkleTree.LeafHash(e))])).Sign(auditor.LogKey);
        var log = file.Passport.Logs[2] with { Items = [.. entries.Select(e => PassportItem.Shown(e))], Note = note };
        var report = Refuse(file with { Passport = file.Passport with { Logs = file.Passport.Logs.SetItem(2, log) } });
        Assert.Matches(@"^steps\[\d\]\.logs\[1\]\.root$", report.Differences[0].Where);
        Assert.Null(report.Recomputed);
        Assert.Empty(report.Evidence);
    }

    [Fact]
    public void One_verdict_less_in_all_logs_is_another_payout_and_another_look()
    {
        // The same life, but for one record that did not diverge; with the journal of the first.
        var (logs, file) = Good.Value;
        var flipped = SettlementCheck.Check(CoveredLogs.Bytes(file), null).Evidence.SelectMany(e => e.Failures).First(f => f.Letter == 'd').Sequence;
        var other = CoveredLogs.Small(1, except: flipped);
        var said = other.Settlement().Header.Figures;
        Assert.Equal((file.Header.Figures.Window.Failures - 1, file.Header.Figures.Window.Passes + 1), (said.Window.Failures, said.Window.Passes));
        Assert.True(said.Payout < file.Header.Figures.Payout);

        // The other life with the first one's figures.
        var claimed = Refuse(other.Settlement() with { Header = file.Header });
        Assert.Contains(claimed.Differences, d => d.Where == "payout" && d.Detail == $"says {file.Header.Figures.Payout}, recomputed {said.Payout}");

        // The market's operator, who has the keeper's key, logs the looks of the first life beside the steps of the other.
        var forged = CoveredLogs.Small(1, except: flipped, looks: [.. logs.Looks]);
        var refused = Assert.Throws<Verify.MalformedException>(() => forged.Settlement());
        Assert.Matches(@"^journal\[\d+,0\]\.look: says .*failures.*, and step \d gives ", refused.Message);
    }

    [Fact]
    public void A_look_with_one_forecast_figure_changed_is_told_from_the_steps()
    {
        var (logs, _) = Good.Value;
        var looks = logs.Looks.ToArray();
        looks[^2] = looks[^2] with { Segments = [looks[^2].Segments[0] with { Hazard = looks[^2].Segments[0].Hazard + 1 }] };
        var refused = Assert.Throws<Verify.MalformedException>(() => CoveredLogs.Small(1, looks: looks).Settlement(1));
        Assert.Contains("hazard", refused.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Looks_that_go_back_and_events_that_are_none_are_told_and_not_computed_with()
    {
        var logs = new CoveredLogs(1);
        logs.Live(4, s => s % 5 == 0 ? 'd' : 'r');
        logs.Live(4, s => s % 5 == 0 ? 'd' : 'r');
        logs.Live(4, s => s % 5 == 0 ? 'd' : 'r');
        LookEvent[] looks = [.. logs.Looks];
        var opened = logs.Forge(new CoverEvent(1, 1, logs.Account, 0, CoveredLogs.Plain, logs.Audited.Time + 9, 5));
        logs.Forge(looks[2] with { Step = 3 });
        var settled = logs.Forge(looks[0]);
        var passport = PassportMaker.Make(logs.Account, new MemoryTree(logs.Log), logs.Others);
        var report = Refuse(new SettlementFile(Good.Value.File.Header with { Opened = opened, Settled = settled }, passport));
        Assert.Equal(
            [$"journal[{opened.Entry + 1},0].look", $"journal{settled}.look"], report.Differences.Select(d => d.Where));
        Assert.Equal("a look at step 0 after one at step 3", report.Differences[1].Detail);
        Assert.Null(report.Recomputed);
    }

    [Fact]
    public void A_journal_that_does_not_hold_is_told_where_it_breaks()
    {
        var logs = CoveredLogs.Small(1, stateOf: number => number == 4 ? Trader.Word("another state") : null);
        Assert.StartsWith("broken at entry 4", Assert.Throws<Verify.MalformedException>(() => logs.Settlement()).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_dropped_a_doubled_a_moved_and_a_hidden_entry_of_the_market_are_refused()
    {
        var (_, file) = Good.Value;
        var log = file.Passport.Logs[0];
        for (var i = 0; i < log.Items.Count; i++)
        {
            PassportItem[] items = [.. log.Items], moved = [.. items], hidden = [.. items];
            (moved[i], moved[(i + 1) % moved.Length]) = (moved[(i + 1) % moved.Length], moved[i]);
            foreach (var changed in new[] { [.. items[..i], .. items[(i + 1)..]], [.. items[..i], items[i], .. items[i..]], moved })
                Refuse(file with { Passport = file.Passport with { Logs = file.Passport.Logs.SetItem(0, log with { Items = changed }) } });
            hidden[i] = PassportItem.LeftOut(MerkleTree.LeafHash(items[i].Entry.Span), 0);
            var report = SettlementCheck.Check(
                CoveredLogs.Bytes(file with { Passport = file.Passport with { Logs = file.Passport.Logs.SetItem(0, log with { Items = hidden }) } }), Good.Value.Logs.Folded.Policy());
            // What the settlement does not rest on may be left out, and that is told; so may what stands after it.
            Assert.True(report.Status == PassportStatus.Differs || report.Completeness is { Whole: false, LeftOut: 1 } || report.Passport!.Logs[0].Completeness == LogCompleteness.NotChecked, $"item {i}");
        }
    }

    [Fact]
    public void A_flipped_bit_anywhere_is_refused() => Flip(others: 150);

    [Fact]
    [Trait("speed", "slow")]
    public void Thousands_of_bytes_of_a_file_may_be_changed_and_nothing_fails() => Flip(others: 3000);

    private static void Flip(int others)
    {
        var (logs, file) = Good.Value;
        var (good, policy, random) = (CoveredLogs.Bytes(file), logs.Folded.Policy(), new Random(11));
        Assert.True(SettlementCheck.Check(good, policy).Accepted);
        var header = good.AsSpan().IndexOf((byte)'\n') + 1;
        var places = Enumerable.Range(0, header).Concat(Enumerable.Range(0, others).Select(_ => random.Next(good.Length)));
        foreach (var at in places)
        {
            var bytes = good.ToArray();
            bytes[at] ^= (byte)(1 << random.Next(8));
            var report = SettlementCheck.Check(bytes, policy);
            Assert.False(report.Status == PassportStatus.Recomputed, $"byte {at}: {Encoding.UTF8.GetString(good.AsSpan()[Math.Max(0, at - 20)..Math.Min(good.Length, at + 10)])}");
            Assert.True(report.Problem is not null || report.Differences.Length > 0);
            Assert.DoesNotContain('\n', report.Problem ?? "");
        }
    }

    [Fact]
    public void Damaged_files_are_reports_and_never_failures()
    {
        var (logs, file) = Good.Value;
        var (good, policy, random, statuses) = (CoveredLogs.Bytes(file), logs.Folded.Policy(), new Random(13), new HashSet<PassportStatus>());
        var lines = Encoding.UTF8.GetString(good).Split('\n');
        for (var round = 0; round < 150; round++)
        {
            var some = lines.ToList();
            for (var n = random.Next(1, 3); n > 0 && some.Count > 1; n--)
                switch (random.Next(4))
                {
                    case 0: some.RemoveAt(random.Next(some.Count)); break;
                    case 1: some.Insert(random.Next(some.Count), lines[random.Next(lines.Length)]); break;
                    case 2: some[random.Next(some.Count)] = ((string[])["", "{}", "[]", "\"\"", "[0,\"\"]", "null"])[random.Next(6)]; break;
                    default: some = [.. some.Take(random.Next(1, some.Count))]; break;
                }
            var bytes = Encoding.UTF8.GetBytes(string.Join('\n', some));
            var report = SettlementCheck.Check(bytes, policy);
            Assert.False(report.Accepted && !bytes.AsSpan().SequenceEqual(good));
            statuses.Add(report.Status);
            _ = SettlementReportFormat.ToText(report);
        }
        Assert.True(statuses.IsSupersetOf([PassportStatus.Malformed, PassportStatus.Differs]));
        Assert.Equal(PassportStatus.Malformed, SettlementCheck.Check(Array.Empty<byte>(), policy).Status);
        Assert.Equal(PassportStatus.Unsupported, SettlementCheck.Check(Encoding.UTF8.GetBytes(string.Join('\n', lines).Replace("settlement.v1", "settlement.v2", StringComparison.Ordinal)), policy).Status);
        Assert.Equal(PassportStatus.Unsupported, SettlementCheck.Check(Encoding.UTF8.GetBytes(string.Join('\n', lines).Replace("\"position\":\"cover\"", "\"position\":\"other\"", StringComparison.Ordinal)), policy).Status);
    }

    private static SettlementReport Refuse(SettlementFile changed)
    {
        var report = SettlementCheck.Check(CoveredLogs.Bytes(changed), Good.Value.Logs.Folded.Policy());
        Assert.True(report.Status is PassportStatus.Differs or PassportStatus.Malformed, $"{report.Status}");
        Assert.False(report.Accepted);
        return report;
    }
}
