using Assay.Node.Receipts;
using Assay.Store;

namespace Assay.Node.Tests;

/// <summary>A folder in use, a key that is gone, bytes that changed: one clear line each, and nothing is lost by it.</summary>
public class DamageTests
{
    private const UnixFileMode OthersMay =
        UnixFileMode.GroupRead | UnixFileMode.GroupWrite | UnixFileMode.GroupExecute |
        UnixFileMode.OtherRead | UnixFileMode.OtherWrite | UnixFileMode.OtherExecute;

    [Fact]
    public async Task Second_node_on_a_folder_is_told_who_has_it()
    {
        await using var test = TestNode.Open();
        test.Data.WriteOwner("http://127.0.0.1:7780");
        var e = Assert.Throws<NodeException>(() => AssayNode.Open(test.Data, new NodeOptions()));
        Assert.Equal(NodeFault.InUse, e.Fault);
        Assert.Contains($"process {Environment.ProcessId}", e.Message, StringComparison.Ordinal);
        Assert.Contains("http://127.0.0.1:7780", e.Message, StringComparison.Ordinal);
        var answer = await test.Node.InvokeAsync(await test.ImportAdderAsync(1), Digits.Pair(1, 2), new CallerTerms());
        test.AssertAccepted(await test.Node.BundleAsync(answer.Receipt));
    }

    [Fact]
    public async Task Many_that_make_the_same_folder_at_once_leave_one_good_node()
    {
        using var folder = new TemporaryFolder();
        var data = new DataFolder(folder["data"]);
        var opened = await Task.WhenAll(Enumerable.Range(0, 6).Select(_ => Task.Run(() =>
        {
            try
            {
                return AssayNode.Open(data, new NodeOptions());
            }
            catch (NodeException e) when (e.Fault == NodeFault.InUse)
            {
                return null;
            }
        })));
        await using (Assert.Single(opened, n => n is not null))
        {
        }
        await using var again = AssayNode.Open(data, new NodeOptions());
    }

    [Fact]
    public async Task Private_files_are_their_owners_alone()
    {
        await using var test = TestNode.Open();
        await test.Node.InvokeAsync(await test.ImportAdderAsync(1), Digits.Pair(1, 2), new CallerTerms());
        foreach (var path in Directory.GetFiles(test.Data.Keys, "*", SearchOption.AllDirectories)
            .Concat(Directory.GetFiles(Path.Combine(test.Data.Log, "state"), "*", SearchOption.AllDirectories))
            .Concat(Directory.GetFiles(test.Data.Path, "receipts.db*"))
            .Concat([test.Data.Path, test.Data.Keys, Path.Combine(test.Data.Keys, "serving"), test.Data.Models]))
            Assert.True((File.GetUnixFileMode(path) & OthersMay) == UnixFileMode.None, path);
    }

    [Fact]
    public async Task Without_the_root_key_running_goes_on_until_an_event_is_needed()
    {
        await using var test = TestNode.Open(new NodeOptions { MaxLease = 10 });
        var model = await test.ImportAdderAsync(1);
        await test.Node.InvokeAsync(model, Digits.Pair(1, 2), new CallerTerms());
        var root = Path.Combine(test.Data.Keys, "root.pem");
        var bytes = File.ReadAllBytes(root);
        File.Delete(root);
        await test.ReopenAsync();

        var other = await test.ImportAdderAsync(2);
        Assert.Equal(0, test.Node.Unpublished(other)!.Signatures);
        var e = await Assert.ThrowsAsync<NodeException>(() => test.Node.InvokeAsync(other, Digits.Pair(1, 2), new CallerTerms()));
        Assert.Equal(NodeFault.KeyMissing, e.Fault);
        Assert.Contains("root.pem", e.Message, StringComparison.Ordinal);
        var answered = 1UL;
        NodeException? stopped = null;
        for (; stopped is null && answered < 20; answered++)
            try
            {
                test.AssertAccepted(await test.Node.BundleAsync((await test.Node.InvokeAsync(model, Digits.Pair(1, 2), new CallerTerms())).Receipt));
            }
            catch (NodeException missing)
            {
                stopped = missing;
            }
        Assert.Equal(NodeFault.KeyMissing, stopped?.Fault);
        var key = test.Fold().Keys.Values.Single();
        // The whole lease was used: introduced at 2, its last index is 11.
        Assert.Equal(9UL, key.Receipts);

        File.WriteAllBytes(root, bytes);
        test.AssertAccepted(await test.Node.BundleAsync((await test.Node.InvokeAsync(model, Digits.Pair(1, 2), new CallerTerms())).Receipt));
        Assert.Equal(10UL, test.Fold().Keys.Values.Single().Receipts);
        _ = await test.ImportAdderAsync(2);
        Assert.Null(test.Node.Unpublished(other));
    }

    [Fact]
    public async Task Serving_key_that_is_gone_is_replaced_by_a_new_one()
    {
        await using var test = TestNode.Open();
        var model = await test.ImportAdderAsync(1);
        var first = (await test.Node.InvokeAsync(model, Digits.Pair(1, 2), new CallerTerms())).Receipt;
        await test.CloseAsync();
        Directory.Delete(Path.Combine(test.Data.Keys, "serving"), recursive: true);
        await test.ReopenAsync();
        var second = (await test.Node.InvokeAsync(model, Digits.Pair(1, 2), new CallerTerms())).Receipt;
        Assert.NotEqual(first.Envelope.KeyId, second.Envelope.KeyId);
        test.AssertAccepted(await test.Node.BundleAsync(first));
        test.AssertAccepted(await test.Node.BundleAsync(second));
    }

    [Theory]
    [InlineData("keys/log.pem", null, NodeFault.KeyMissing, "log.pem")]
    [InlineData("keys/log.pem", "not a key", NodeFault.Unavailable, "log.pem")]
    [InlineData("log/state/checkpoint", null, NodeFault.Unavailable, "checkpoint")]
    [InlineData("log/state/checkpoint", "garbage", NodeFault.Unavailable, "checkpoint")]
    [InlineData("log/public/checkpoint", "garbage", NodeFault.Unavailable, "checkpoint")]
    [InlineData("log/public/tile/0/000.p/", "garbage", NodeFault.Unavailable, "tile")]
    [InlineData("log/public/tile/entries/000.p/", "garbage", NodeFault.Unavailable, "")]
    [InlineData("log/public/tile/entries/000.p/", null, NodeFault.Unavailable, "")]
    public async Task Damage_is_told_and_undone_by_putting_the_file_back(string what, string? with, NodeFault fault, string named)
    {
        await using var test = TestNode.Open();
        var answer = await test.Node.InvokeAsync(await test.ImportAdderAsync(1), Digits.Pair(1, 2), new CallerTerms());
        await test.CloseAsync();
        var path = Path.Combine(test.Data.Path, what);
        var files = path.EndsWith('/') ? Directory.GetFiles(path) : [path];
        var before = files.ToDictionary(f => f, File.ReadAllBytes);
        foreach (var file in files)
            if (with is null)
                File.Delete(file);
            else
                File.WriteAllText(file, with);

        var e = Assert.Throws<NodeException>(() => AssayNode.Open(test.Data, new NodeOptions()));
        Assert.Equal(fault, e.Fault);
        Assert.DoesNotContain('\n', e.Message);
        Assert.Contains(named, e.Message, StringComparison.Ordinal);

        foreach (var (file, bytes) in before)
            File.WriteAllBytes(file, bytes);
        await test.ReopenAsync();
        test.AssertAccepted(await test.Node.BundleAsync(answer.Receipt));
    }

    [Fact]
    public async Task Damaged_vault_is_told_and_undone_by_putting_it_back()
    {
        await using var test = TestNode.Open();
        var answer = await test.Node.InvokeAsync(await test.ImportAdderAsync(1), Digits.Pair(1, 2), new CallerTerms());
        await test.CloseAsync();
        var good = File.ReadAllBytes(test.Data.Receipts);
        File.WriteAllText(test.Data.Receipts, new string('x', 5000));
        Assert.Equal(StoreFault.Corrupt, Assert.Throws<StoreException>(() => AssayNode.Open(test.Data, new NodeOptions())).Fault);
        File.WriteAllBytes(test.Data.Receipts, good);
        await test.ReopenAsync();
        test.AssertAccepted(await test.Node.BundleAsync(answer.Receipt));
    }

    [Fact]
    public async Task Policy_that_is_gone_is_written_again_the_same()
    {
        await using var test = TestNode.Open();
        var policy = File.ReadAllBytes(test.Data.Policy);
        File.Delete(test.Data.Policy);
        await test.ReopenAsync();
        Assert.Equal(policy, File.ReadAllBytes(test.Data.Policy));
    }

    [Fact]
    public void Folder_that_cannot_be_made_is_told()
    {
        using var folder = new TemporaryFolder();
        folder.Write("file", [1]);
        var e = Assert.Throws<NodeException>(() => AssayNode.Open(new DataFolder(folder["file/data"]), new NodeOptions()));
        Assert.Equal(NodeFault.Unavailable, e.Fault);
    }
}
