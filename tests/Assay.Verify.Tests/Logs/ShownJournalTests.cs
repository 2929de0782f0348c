using Assay.Verify.Crypto;
using Assay.Verify.Logs;
using Assay.Verify.Merkle;
using Assay.Verify.Statements;

namespace Assay.Verify.Tests.Logs;

/// <summary>A part of a log shows a part of its journals.</summary>
public class ShownJournalTests
{
    private const string Origin = "market.test/log";

    private static readonly AuditedLog Log = Make();

    [Fact]
    public void An_entry_may_follow_on_one_that_was_left_out()
    {
        var shown = new ShownLog();
        Show(shown, 0, 1);
        shown.Skip(MerkleTree.Head([Leaf(2), Leaf(3)]), 1);
        Show(shown, 4, 5);
        Assert.Equal(Log.State.RootAt(6), shown.RootAt(6));
    }

    [Fact]
    public void Where_nothing_was_left_out_before_it_none_is_missing()
    {
        var shown = new ShownLog();
        Show(shown, 0, 1);
        Assert.Contains("entry 2 of the journal j where 1 comes next", Assert.Throws<MalformedException>(() => Show(shown, 3)).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void An_entry_goes_neither_back_nor_behind_the_time_of_the_last_and_follows_on_the_one_before_it()
    {
        foreach (var wrong in new[] { Entry(0), Entry(3) with { Time = 2 }, Entry(1) with { Previous = default } })
        {
            var shown = new ShownLog();
            Show(shown, 0);
            shown.Skip(Leaf(1), 0);
            shown.Apply(Entry(0).ToEntry(Log.LogKey));
            Assert.Throws<MalformedException>(() => shown.Apply(wrong.ToEntry(Log.LogKey)));
        }
    }

    private static JournalEvent Entry(ulong number) =>
        new(Origin, "j", number, 100 + number, number == 0 ? default : AuditedLog.Word($"state {number - 1}"), [new byte[] { 1 }], AuditedLog.Word($"state {number}"));

    private static AuditedLog Make()
    {
        var log = new AuditedLog(Origin);
        for (var number = 0UL; number < 5; number++)
            log.Add(Entry(number));
        return log;
    }

    private static Hash Leaf(int index) => MerkleTree.LeafHash(Log.Entries[index]);

    private static void Show(ShownLog shown, params ReadOnlySpan<int> entries)
    {
        foreach (var entry in entries)
            shown.Apply(Log.Entries[entry]);
    }
}
