using Assay.Verify.Crypto;

namespace Assay.Store.Tests;

public sealed class ReceiptVaultTests : IDisposable
{
    private static readonly Hash Model = Sha256.Of("model"u8);

    private readonly TemporaryFolder folder = new();

    public void Dispose() => folder.Dispose();

    [Fact]
    public void What_was_put_is_there_after_opening_again()
    {
        var put = Receipt(7) with { BatchPath = [Sha256.Of([1]), Sha256.Of([2])] };
        using (var vault = Open())
            vault.Put([put, Receipt(8)]);
        using (var vault = Open())
        {
            var found = vault.Find(put.RecordId)!;
            Assert.Equal(put with { BatchPath = found.BatchPath, Opening = found.Opening }, found);
            Assert.Equal(put.BatchPath, found.BatchPath);
            Assert.Equal(put.Opening, found.Opening);
            Assert.Equal(2, vault.Count());
            Assert.Null(vault.Find("nobody"));
        }
    }

    [Fact]
    public void What_was_put_is_there_for_a_second_connection_at_once()
    {
        using var vault = Open();
        vault.Put([Receipt(1)]);
        using var other = Open();
        Assert.NotNull(other.Find(Receipt(1).RecordId));
    }

    [Fact]
    public void Putting_twice_keeps_the_first()
    {
        using var vault = Open();
        vault.Put([Receipt(1)]);
        vault.Put([Receipt(1) with { Promise = "another promise", Opening = [9] }, Receipt(2)]);
        Assert.Equal(Receipt(1).Promise, vault.Find(Receipt(1).RecordId)!.Promise);
        Assert.Equal(Receipt(1).Opening, vault.Find(Receipt(1).RecordId)!.Opening);
        Assert.Equal(2, vault.Count());
    }

    [Fact]
    public void One_is_found_by_its_place_in_its_keys_sequence()
    {
        using var vault = Open();
        vault.Put([Receipt(1), Receipt(2), Receipt(3) with { KeyId = Sha256.Of("other"u8) }]);
        Assert.Equal(Receipt(2).RecordId, vault.Find(Receipt(2).KeyId, Receipt(2).Sequence)!.RecordId);
        Assert.Null(vault.Find(Receipt(2).KeyId, Receipt(3).Sequence));
        vault.Forget(Receipt(2).RecordId);
        Assert.Null(vault.Find(Receipt(2).KeyId, Receipt(2).Sequence));
    }

    [Fact]
    public void Recent_ones_come_newest_first_and_by_model()
    {
        using var vault = Open();
        vault.Put([Receipt(3), Receipt(1), Receipt(2) with { ModelDigest = Sha256.Of("other"u8), Model = "other@1" }, Receipt(4)]);
        Assert.Equal([4UL, 3, 2, 1], vault.Recent(10).Select(r => r.Index));
        Assert.Equal([4UL, 3], vault.Recent(2).Select(r => r.Index));
        Assert.Equal([4UL, 3, 1], vault.Recent(10, Model).Select(r => r.Index));
        Assert.Equal(3, vault.Count(Model));
        Assert.Empty(vault.Recent(10, Sha256.Of("none"u8)));
        var newest = vault.Recent(1)[0];
        Assert.Equal(
            (Receipt(4).RecordId, 4UL, 40UL, "m@1", Model, 1004L),
            (newest.RecordId, newest.Index, newest.Sequence, newest.Model, newest.ModelDigest, newest.CompletedAt));
    }

    [Fact]
    public void Text_that_looks_like_sql_is_only_text()
    {
        using var vault = Open();
        const string nasty = "'); DROP TABLE receipts; --";
        vault.Put([Receipt(1) with { RecordId = nasty, Model = nasty }]);
        Assert.Equal(nasty, vault.Find(nasty)!.Model);
    }

    [Fact]
    public async Task Threads_may_share_it()
    {
        using var vault = Open();
        await Task.WhenAll(Enumerable.Range(0, 8).Select(t => Task.Run(() =>
        {
            for (var i = 0; i < 10; i++)
            {
                vault.Put([Receipt((ulong)(t * 100 + i))]);
                Assert.NotNull(vault.Find(Receipt((ulong)(t * 100 + i)).RecordId));
            }
        })));
        Assert.Equal(80, vault.Count());
    }

    [Fact]
    public void Its_files_are_their_owners_alone()
    {
        using var vault = Open();
        vault.Put([Receipt(1)]);
        Assert.True(Directory.GetFiles(folder.Path).Length > 1);
        Modes.AssertPrivate(folder.Path);
    }

    [Fact]
    public void Damaged_file_is_said_in_one_line_and_left_as_it_is()
    {
        using (var vault = Open())
            vault.Put([Receipt(1)]);
        var damaged = File.ReadAllBytes(folder["receipts.db"]);
        damaged.AsSpan(0, 100).Fill(0xA5);
        folder.Write("receipts.db", damaged);
        var e = Assert.Throws<StoreException>(Open);
        Assert.Equal(StoreFault.Corrupt, e.Fault);
        Assert.DoesNotContain('\n', e.Message);
        Assert.Contains("receipts.db", e.Message, StringComparison.Ordinal);
        Assert.Equal(damaged, File.ReadAllBytes(folder["receipts.db"]));
    }

    private ReceiptVault Open() => new(folder["receipts.db"]);

    private static KeptReceipt Receipt(ulong index) => new(
        $"{index:x32}", index, index * 10, Sha256.Of("key"u8), "m@1", Model, 1000 + (long)index, $"promise {index}\n", [], [1, 2, (byte)index]);
}
