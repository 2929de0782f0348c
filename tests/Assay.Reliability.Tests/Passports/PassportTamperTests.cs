using System.Text;
using Assay.Reliability.Passports;
using Assay.Reliability.Tests.Accounts;
using Assay.Verify;
using Assay.Verify.Merkle;
using Assay.Verify.Notes;
using Assay.Verify.Statements;

namespace Assay.Reliability.Tests.Passports;

/// <summary>Nothing in a passport can be changed by somebody without the logs' keys.</summary>
public class PassportTamperTests
{
    private static readonly Lazy<(Folded Folded, Passport Passport, byte[] File)> Good = new(() =>
    {
        var folded = Folded.Small(1);
        folded.Index();
        var passport = folded.Passport();
        return (folded, passport, Folded.Bytes(passport));
    });

    [Fact]
    public void A_flipped_bit_anywhere_is_refused()
    {
        var (folded, _, good) = Good.Value;
        var (policy, random) = (folded.Policy(), new Random(3));
        Assert.True(PassportVerifier.Verify(good, policy).Accepted);
        for (var round = 0; round < 3000; round++)
        {
            var bytes = good.ToArray();
            var at = random.Next(bytes.Length);
            bytes[at] ^= (byte)(1 << random.Next(8));
            var report = PassportVerifier.Verify(bytes, policy);
            Assert.False(report.Status == PassportStatus.Recomputed, $"byte {at}");
            Assert.True(report.Problem is not null || report.Differences.Length > 0);
        }
    }

    [Fact]
    public void A_dropped_a_doubled_and_a_moved_item_are_refused_in_every_log()
    {
        var (_, passport, _) = Good.Value;
        foreach (var (place, log) in passport.Logs.Index())
            for (var i = 0; i < log.Items.Count; i++)
            {
                var dropped = log.Items.ToList();
                dropped.RemoveAt(i);
                var doubled = log.Items.ToList();
                doubled.Insert(i, log.Items[i]);
                var moved = log.Items.ToList();
                (moved[i], moved[(i + 1) % moved.Count]) = (moved[(i + 1) % moved.Count], moved[i]);
                foreach (var items in new[] { dropped, doubled, moved })
                    if (items.Count > 0)
                        Refuse(passport with { Logs = passport.Logs.SetItem(place, log with { Items = items }) });
            }
    }

    [Fact]
    public void An_entry_of_another_log_or_a_new_one_is_refused()
    {
        var (folded, passport, _) = Good.Value;
        var stranger = new AuditRefusalEvent(folded.Audited.Auditors[0].Origin, folded.Audited.Provider.Origin, folded.Audited.Key.PublicKey.Id, 9, 5, default)
            .ToEntry(folded.Audited.Auditors[0].LogKey);
        foreach (var (place, log) in passport.Logs.Index())
            foreach (var entry in new[] { stranger, passport.Logs[(place + 1) % 3].Items[0].Entry, passport.Logs[(place + 1) % 3].Items[1].Entry })
                for (var i = 1; i <= log.Items.Count; i++)
                {
                    var items = log.Items.ToList();
                    items.Insert(i, PassportItem.Shown(entry));
                    Refuse(passport with { Logs = passport.Logs.SetItem(place, log with { Items = items }) });
                }
    }

    [Fact]
    public void Letters_that_the_auditor_itself_changes_later_are_another_log_than_the_step_was_read_from()
    {
        var (folded, passport, _) = Good.Value;
        var auditor = folded.Audited.Auditors[0];
        var at = auditor.Events.FindIndex(e => e.Event is AuditVerdictsEvent { Letters: var letters } && letters.Contains('d', StringComparison.Ordinal));
        var verdicts = (AuditVerdictsEvent)auditor.Events[at].Event;
        var entries = auditor.Entries.ToArray();
        entries[at] = (verdicts with { Letters = verdicts.Letters.Replace('d', 'r'), Divergences = [] }).ToEntry(auditor.LogKey);
        // It signs its new log too.
        var note = new Checkpoint(auditor.Origin, (ulong)entries.Length, MerkleTree.Head([.. entries.Select(e => MerkleTree.LeafHash(e))])).Sign(auditor.LogKey);
        var log = passport.Logs[2] with { Items = [.. entries.Select(e => PassportItem.Shown(e))], Note = note };
        var report = Refuse(passport with { Logs = passport.Logs.SetItem(2, log) });
        Assert.Equal("steps[0].logs[1].root", report.Differences[0].Where);
    }

    [Fact]
    public void Every_digit_of_the_figures_is_recomputed_and_the_wrong_one_is_named()
    {
        var (folded, _, good) = Good.Value;
        var lines = Encoding.UTF8.GetString(good).Split('\n');
        var segment = lines[^2];
        Assert.StartsWith("{\"model\"", segment, StringComparison.Ordinal);
        var places = new HashSet<string>();
        for (var i = 0; i < segment.Length; i++)
            if (char.IsAsciiDigit(segment[i]) && i > segment.IndexOf("owner", StringComparison.Ordinal))
            {
                lines[^2] = segment[..i] + (char)(segment[i] == '9' ? '8' : segment[i] + 1) + segment[(i + 1)..];
                var report = PassportVerifier.Verify(Encoding.UTF8.GetBytes(string.Join('\n', lines)), folded.Policy());
                var difference = Assert.Single(report.Differences);
                Assert.StartsWith("segments[0].", difference.Where, StringComparison.Ordinal);
                places.Add(difference.Where);
                Assert.NotNull(report.StateDigest);
            }
        Assert.Contains("segments[0].life.bound", places);
        Assert.Contains("segments[0].epoch.upper", places);
        Assert.True(places.Count >= 15, string.Join(' ', places));
    }

    [Fact]
    public void Another_logs_note_an_older_note_and_an_older_step_are_refused()
    {
        var (folded, passport, _) = Good.Value;
        foreach (var (place, log) in passport.Logs.Index())
        {
            Refuse(passport with { Logs = passport.Logs.SetItem(place, log with { Note = passport.Logs[(place + 1) % 3].Note }) });
            var owner = new[] { folded.Folder, folded.Audited.Provider, folded.Audited.Auditors[0] }[place];
            var older = new Checkpoint(owner.Origin, owner.State.Size - 1, owner.State.RootAt(owner.State.Size - 1)).Sign(owner.LogKey);
            Refuse(passport with { Logs = passport.Logs.SetItem(place, log with { Note = older }) });
        }
        Refuse(passport with { Step = passport.Step - 1 });
        // Its step entry left out, the step before it is not what the header says.
        var items = passport.Logs[0].Items.ToArray();
        items[^1] = PassportItem.LeftOut(MerkleTree.LeafHash(items[^1].Entry.Span), 0);
        Refuse(passport with { Logs = passport.Logs.SetItem(0, passport.Logs[0] with { Items = items }) });
        // Said with the older number it is the older account, and says that a later step may exist.
        var shorter = passport with { Step = passport.Step - 1, Logs = passport.Logs.SetItem(0, passport.Logs[0] with { Items = items }), Segments = [] };
        var report = PassportVerifier.Verify(Folded.Bytes(shorter with { Segments = PassportVerifier.Recompute(shorter) }), folded.Policy());
        Assert.Equal(PassportStatus.Recomputed, report.Status);
        Assert.Equal(LogCompleteness.NotChecked, report.Logs[0].Completeness);
    }

    [Fact]
    public void A_folder_that_lies_about_a_state_is_caught()
    {
        var folded = new Folded(new Audited(1));
        folded.Audited.Run(2, 500_000, s => s % 9 == 0 ? 'd' : 'r');
        var step = folded.Audited.Step();
        folded.Folder.Add(step with { Origin = folded.Folder.Origin, State = default });
        var e = Assert.Throws<MalformedException>(() => folded.Passport());
        Assert.StartsWith("steps[0].state: says 00000000", e.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Damaged_files_are_reports_and_never_failures()
    {
        var (folded, _, good) = Good.Value;
        var (policy, random, statuses) = (folded.Policy(), new Random(7), new Dictionary<PassportStatus, int>());
        var lines = Encoding.UTF8.GetString(good).Split('\n');
        for (var round = 0; round < 4000; round++)
        {
            byte[] bytes;
            if (round % 2 == 0)
            {
                var some = lines.ToList();
                for (var n = random.Next(1, 4); n > 0 && some.Count > 1; n--)
                    switch (random.Next(4))
                    {
                        case 0: some.RemoveAt(random.Next(some.Count)); break;
                        case 1: some.Insert(random.Next(some.Count), lines[random.Next(lines.Length)]); break;
                        case 2: some[random.Next(some.Count)] = ((string[])["", "{}", "[]", "\"\"", "[0,\"\"]", "[63,\"AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=\"]", "null", "{\"index\":1}"])[random.Next(8)]; break;
                        default: some = [.. some.Take(random.Next(1, some.Count))]; break;
                    }
                bytes = Encoding.UTF8.GetBytes(string.Join('\n', some));
            }
            else
            {
                bytes = good.ToArray();
                for (var n = random.Next(1, 30); n > 0; n--)
                    bytes[random.Next(bytes.Length)] = (byte)random.Next(256);
                bytes = bytes[..random.Next(bytes.Length / 2, bytes.Length + 1)];
            }
            var report = PassportVerifier.Verify(bytes, policy);
            Assert.False(report.Accepted && !bytes.AsSpan().SequenceEqual(good));
            Assert.DoesNotContain('\n', report.Problem ?? "");
            statuses[report.Status] = statuses.GetValueOrDefault(report.Status) + 1;
        }
        Assert.True(statuses[PassportStatus.Malformed] > 500 && statuses[PassportStatus.Differs] > 100, string.Join(' ', statuses));
    }

    private static PassportReport Refuse(Passport changed)
    {
        var report = PassportVerifier.Verify(Folded.Bytes(changed), Good.Value.Folded.Policy());
        Assert.True(report.Status is PassportStatus.Differs or PassportStatus.Malformed, $"{report.Status}");
        return report;
    }
}
