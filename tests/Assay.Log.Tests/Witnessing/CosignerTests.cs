using System.Text;
using Assay.Log.Files;
using Assay.Log.Witnessing;
using Assay.Verify;
using Assay.Verify.Notes;
using Assay.Verify.Policies;

namespace Assay.Log.Tests.Witnessing;

public sealed class CosignerTests : IAsyncDisposable
{
    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(1);

    private readonly TemporaryDirectory directory = new();
    private readonly WitnessNet net = new(3);
    private readonly List<string> halts = [];
    private TileLog? log;
    private Cosigner? cosigner;

    public async ValueTask DisposeAsync()
    {
        await StopAsync();
        net.Dispose();
        directory.Dispose();
    }

    [Fact]
    public async Task Each_checkpoint_comes_to_be_cosigned_by_a_quorum_and_is_stored_so()
    {
        Start(quorum: 3);
        foreach (var size in (ulong[])[1, 2, 300, 777])
        {
            await log!.GrowTo(size);
            var reader = await cosigner!.WaitForAsync(size - 1).WaitAsync(Patience);
            Assert.Equal(TestLogs.Root(reader.Checkpoint.Size), reader.Checkpoint.Root);
            AssertCosigned(reader.Signed!.Note, 3);
        }
        await StopAsync();
        AssertCosigned(Stored!, 3);
        Assert.True(Fsck.Run(Files, TestLogs.VerifierKey).IsClean);
    }

    [Fact]
    public async Task One_witness_of_three_may_be_down_and_catches_up()
    {
        net.Down[2] = true;
        Start(quorum: 2);
        await log!.GrowTo(50);
        var reader = await cosigner!.WaitForAsync(49).WaitAsync(Patience);
        Assert.Equal(["w1", "w3"], Names(reader.Signed!.Note));
        Assert.True(cosigner.Witnesses[1].Failures > 0);
        net.Down.Clear();
        await UntilAsync(() => Names(cosigner.Reader!.Signed!.Note).Contains("w2"));
        // The witness knew nothing of us: it was asked from size 0 on.
        Assert.Contains(net.Requests, r => r.Witness == 2 && r.Request.OldSize == 0);
    }

    [Fact]
    public async Task Without_a_quorum_nothing_is_shown_and_the_log_goes_on()
    {
        net.Down[1] = net.Down[2] = true;
        Start(quorum: 2);
        await cosigner!.FirstRound.WaitAsync(Patience);
        await log!.GrowTo(30);
        Assert.Null(cosigner.Reader);
        Assert.Null(Stored);
        Assert.Null(cosigner.Halted);
        net.Down.Clear();
        await cosigner.WaitForAsync(29).WaitAsync(Patience);
    }

    [Fact]
    public async Task A_start_goes_on_from_what_is_stored()
    {
        Start(quorum: 3);
        await log!.GrowTo(40);
        await cosigner!.WaitForAsync(39).WaitAsync(Patience);
        await StopAsync();
        net.Requests.Clear();
        net.Down[1] = net.Down[2] = net.Down[3] = true;
        Start(quorum: 3);
        Assert.Equal(40UL, cosigner!.Reader!.Checkpoint.Size);
        net.Down.Clear();
        await log!.GrowTo(60);
        await cosigner.WaitForAsync(59).WaitAsync(Patience);
        // No conflict was needed to find out what they had.
        Assert.All(net.Requests, r => Assert.True(r.Request.OldSize >= 40));
    }

    [Fact]
    public async Task A_witness_that_has_another_size_than_we_think_is_asked_again_from_there()
    {
        Start(quorum: 3);
        await log!.GrowTo(40);
        await cosigner!.WaitForAsync(39).WaitAsync(Patience);
        await StopAsync();
        // The file is lost, the witnesses remember.
        File.Delete(Path.Combine(directory.Path, LogLayout.CosignedCheckpoint));
        Start(quorum: 3);
        await log!.GrowTo(45);
        await cosigner!.WaitForAsync(44).WaitAsync(Patience);
        Assert.Null(cosigner.Halted);
    }

    [Fact]
    public async Task A_folder_put_back_from_an_old_copy_is_noticed_and_nothing_of_it_is_cosigned()
    {
        Start(quorum: 2);
        await log!.GrowTo(20);
        await cosigner!.WaitForAsync(19).WaitAsync(Patience);
        await StopAsync();
        using var backup = new TemporaryDirectory();
        Copy(directory.Path, backup.Path);
        Start(quorum: 2);
        await log!.GrowTo(35);
        await cosigner!.WaitForAsync(34).WaitAsync(Patience);
        await StopAsync();

        Directory.Delete(directory.Path, recursive: true);
        Copy(backup.Path, directory.Path);
        Start(quorum: 2);
        await cosigner!.FirstRound.WaitAsync(Patience);
        Assert.Contains("has cosigned size 35", cosigner.Halted, StringComparison.Ordinal);
        Assert.Contains("ends at 20", Assert.Single(halts), StringComparison.Ordinal);
        Assert.Equal(20UL, cosigner.Reader!.Checkpoint.Size);
        await Assert.ThrowsAsync<LogException>(() => cosigner.WaitForAsync(20));
        Assert.Equal(35UL, net[1].Logs[0].Latest!.Size);
    }

    [Fact]
    public async Task A_log_that_went_on_from_an_old_copy_is_noticed_as_a_fork_and_shown()
    {
        Start(quorum: 2);
        await log!.GrowTo(20);
        await cosigner!.WaitForAsync(19).WaitAsync(Patience);
        await StopAsync();
        // The same log, grown elsewhere, with other entries; its witnesses come to know only now.
        using var elsewhere = new TemporaryDirectory();
        Copy(directory.Path, elsewhere.Path);
        await using (var fork = TestLogs.Open(new PosixLogFiles(elsewhere.Path)))
        {
            await fork.AppendAsync("another entry"u8.ToArray());
            await fork.WaitForCheckpointAsync(20);
        }
        Start(quorum: 2);
        await log!.GrowTo(21);
        await cosigner!.WaitForAsync(20).WaitAsync(Patience);
        await StopAsync();

        Directory.Delete(directory.Path, recursive: true);
        Copy(elsewhere.Path, directory.Path);
        Start(quorum: 2);
        await cosigner!.FirstRound.WaitAsync(Patience);
        Assert.Contains("another root at size 21", cosigner.Halted, StringComparison.Ordinal);
        Assert.Contains(Enumerable.Range(1, 3), i => net[i].Faults.Count == 1);
    }

    [Fact]
    public async Task A_cosigned_checkpoint_beyond_the_log_is_noticed_without_any_witness()
    {
        Start(quorum: 2);
        await log!.GrowTo(20);
        await cosigner!.WaitForAsync(19).WaitAsync(Patience);
        await StopAsync();
        var beyond = new TestTree(25).Checkpoint(25).ToString();
        File.WriteAllText(Path.Combine(directory.Path, LogLayout.CosignedCheckpoint), beyond);
        net.Down[1] = net.Down[2] = net.Down[3] = true;
        Start(quorum: 2);
        Assert.Contains("size 25", cosigner!.Halted, StringComparison.Ordinal);
        Assert.Equal(LogLayout.CosignedCheckpoint, Assert.Single(Fsck.Run(Files, TestLogs.VerifierKey).Findings).Path);
    }

    [Fact]
    public async Task Fsck_finds_a_cosigned_checkpoint_that_is_not_of_this_tree()
    {
        Start(quorum: 2);
        await log!.GrowTo(20);
        await StopAsync();
        foreach (var text in (string[])["rubbish", new TestTree(20, fork: 5).Checkpoint(15).ToString()])
        {
            File.WriteAllText(Path.Combine(directory.Path, LogLayout.CosignedCheckpoint), text);
            Assert.Equal(LogLayout.CosignedCheckpoint, Assert.Single(Fsck.Run(Files, TestLogs.VerifierKey).Findings).Path);
        }
    }

    public static TheoryData<int, string?, string> Nonsense => new()
    {
        { 200, null, "" },
        { 200, null, "rubbish\n" },
        { 200, null, "\u2014 stranger.test AAAAAAAA\n" },
        { 200, null, "\n\n\u2014 w1.test AAAAAAAA\n" },
        { 409, AddCheckpoint.SizeMediaType, "12" },
        { 409, AddCheckpoint.SizeMediaType, "012\n" },
        { 409, AddCheckpoint.SizeMediaType, "-1\n" },
        { 409, "text/plain", "99999\n" },
        { 301, null, "" },
        { 403, null, "" },
        { 404, null, "" },
        { 500, null, "" },
    };

    [Theory]
    [MemberData(nameof(Nonsense))]
    public async Task A_witness_that_talks_nonsense_is_one_that_is_down(int status, string? contentType, string body)
    {
        net.Instead = (number, _) => number == 1 ? new WitnessReply(status, contentType, Encoding.UTF8.GetBytes(body)) : null;
        Start(quorum: 2);
        await log!.GrowTo(20);
        var reader = await cosigner!.WaitForAsync(19).WaitAsync(Patience);
        Assert.DoesNotContain("w1", Names(reader.Signed!.Note));
        Assert.Null(cosigner.Halted);
        Assert.True(cosigner.Witnesses[0].Failures > 0);
    }

    [Fact]
    public async Task A_transport_that_fails_in_an_unknown_way_is_a_witness_that_is_down()
    {
        net.Instead = (number, _) => number == 1 ? throw new InvalidOperationException("unheard of") : null;
        Start(quorum: 2);
        await log!.GrowTo(20);
        await cosigner!.WaitForAsync(19).WaitAsync(Patience);
        Assert.Null(cosigner.Halted);
        Assert.Contains("unheard of", cosigner.Witnesses[0].Detail, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_failure_that_nobody_foresaw_halts_and_is_told()
    {
        var told = new List<string>();
        var files = new FaultyFiles(Files, (operation, path) =>
            path.Contains("cosigned", StringComparison.Ordinal) && operation != "read" ? new NotSupportedException("unheard of") : null);
        log = TestLogs.Create(Files);
        cosigner = Cosigner.Start(log, files, TestLogs.VerifierKey, net.Policy(2), net.Options with { Failed = told.Add }, halts.Add);
        var refused = await Assert.ThrowsAsync<LogException>(() => cosigner.WaitForAsync(0).WaitAsync(Patience));
        Assert.Contains("unheard of", refused.Message, StringComparison.Ordinal);
        Assert.Contains("unheard of", cosigner.Halted, StringComparison.Ordinal);
        Assert.Equal(cosigner.Halted, Assert.Single(told));
        // No witness said so.
        Assert.Empty(halts);
    }

    [Fact]
    public async Task What_a_witness_holds_against_the_log_is_not_lost_where_it_cannot_be_noted()
    {
        net.Instead = (_, _) => new WitnessReply(409, AddCheckpoint.SizeMediaType, "99\n"u8.ToArray());
        log = TestLogs.Create(Files);
        cosigner = Cosigner.Start(log, Files, TestLogs.VerifierKey, net.Policy(2), net.Options, _ => throw new IOException("no room"));
        await cosigner.FirstRound.WaitAsync(Patience);
        Assert.Contains("has cosigned size 99", cosigner.Halted, StringComparison.Ordinal);
    }

    [Fact]
    public void A_policy_whose_witnesses_cannot_be_asked_is_refused()
    {
        var policy = net.Policy(2);
        Cosigner.Check(policy);
        Assert.Throws<MalformedException>(() => Cosigner.Check(policy with { Witnesses = [.. policy.Witnesses.Select(w => w with { Url = null })] }));
        Assert.Throws<MalformedException>(() => Cosigner.Check(policy with { Witnesses = [.. policy.Witnesses.Select(w => w with { Url = "ftp://x" })] }));
        Assert.Throws<MalformedException>(() => Cosigner.Check(policy with { Quorum = TlogPolicy.None }));
    }

    private PosixLogFiles Files => new(directory.Path);

    private byte[]? Stored => Files.Read(LogLayout.CosignedCheckpoint, 1 << 16);

    private void Start(int quorum)
    {
        log = Files.Length(LogLayout.SignedCheckpoint) is null ? TestLogs.Create(Files) : TestLogs.Open(Files);
        cosigner = Cosigner.Start(log, Files, TestLogs.VerifierKey, net.Policy(quorum), net.Options, halts.Add);
    }

    private async Task StopAsync()
    {
        if (cosigner is not null)
            await cosigner.DisposeAsync();
        if (log is not null)
            await log.DisposeAsync();
    }

    private void AssertCosigned(byte[] note, int count)
    {
        var signed = SignedNote.Parse(note);
        Assert.True(signed.IsSignedBy(TestLogs.VerifierKey));
        Assert.Equal(count, net.Policy(count).WitnessesOf(signed).Count);
    }

    private string[] Names(byte[] note) => [.. net.Policy(1).WitnessesOf(SignedNote.Parse(note)).Order(StringComparer.Ordinal)];

    private static async Task UntilAsync(Func<bool> condition)
    {
        for (var until = DateTime.UtcNow + Patience; !condition(); await Task.Delay(5))
            Assert.True(DateTime.UtcNow < until, "does not come to pass");
    }

    private static void Copy(string from, string to)
    {
        Directory.CreateDirectory(to);
        foreach (var folder in Directory.GetDirectories(from, "*", SearchOption.AllDirectories))
            Directory.CreateDirectory(Path.Combine(to, Path.GetRelativePath(from, folder)));
        foreach (var file in Directory.GetFiles(from, "*", SearchOption.AllDirectories))
            File.Copy(file, Path.Combine(to, Path.GetRelativePath(from, file)), overwrite: true);
    }
}
