using Assay.Log.Files;

namespace Assay.Log.Tests;

public sealed class DiskErrorTests : IDisposable
{
    private readonly TemporaryDirectory directory = new();
    private volatile Func<string, string, Exception?> fault = (_, _) => null;

    public void Dispose() => directory.Dispose();

    private FaultyFiles Files => new(new PosixLogFiles(directory.Path), (operation, path) => fault(operation, path));

    private static IOException InputOutputError => new("Input/output error", 5);

    private static IOException NoSpace => new("No space left on device", 28);

    [Fact]
    public async Task Failed_flush_stops_the_log_and_says_so_to_every_caller()
    {
        await using (var log = TestLogs.Create(Files))
        {
            await log.GrowTo(10);
            fault = (operation, path) => operation == "flush" && path.Contains("wal", StringComparison.Ordinal) ? InputOutputError : null;
            var callers = Enumerable.Range(0, 20).Select(_ => log.AppendAsync(new byte[10])).ToList();
            foreach (var caller in callers)
                Assert.Equal(LogFault.Io, (await Assert.ThrowsAsync<LogStoppedException>(() => caller)).Fault);
            Assert.NotNull(log.Stopped);
            Assert.Equal(10UL, log.Size);
            fault = (_, _) => null;
            await Assert.ThrowsAsync<LogStoppedException>(() => log.AppendAsync(new byte[10]));
            await Assert.ThrowsAsync<LogStoppedException>(() => log.WaitForCheckpointAsync(10));
        }
        await AllIsThere(10);
    }

    [Theory]
    [InlineData("flush", "state-checkpoint")]
    [InlineData("rename", "state/checkpoint")]
    [InlineData("write", "tile")]
    [InlineData("flush", "public/tile")]
    [InlineData("rename", "public/checkpoint")]
    public async Task Failed_integration_stops_the_log_and_loses_nothing(string operation, string path)
    {
        await using (var log = TestLogs.Create(Files))
        {
            await log.GrowTo(10);
            fault = (o, p) => o == operation && p.Contains(path, StringComparison.Ordinal) ? InputOutputError : null;
            Assert.Equal(10UL, (await log.AppendAsync(TestLogs.Entry(10))).Index);
            await Assert.ThrowsAsync<LogStoppedException>(() => log.WaitForCheckpointAsync(10));
            Assert.Equal(LogFault.Io, log.Stopped!.Fault);
            await Assert.ThrowsAsync<LogStoppedException>(() => log.AppendAsync(TestLogs.Entry(11)));
        }
        fault = (_, _) => null;
        await AllIsThere(11);
    }

    [Fact]
    public async Task Full_disk_refuses_clearly_and_the_log_opens_again_when_there_is_room()
    {
        await using (var log = TestLogs.Create(Files))
        {
            await log.GrowTo(10);
            fault = (operation, _) => operation == "write" ? NoSpace : null;
            var refused = await Assert.ThrowsAsync<LogStoppedException>(() => log.AppendAsync(TestLogs.Entry(10)));
            Assert.Equal(LogFault.DiskFull, refused.Fault);
            Assert.Contains("the disk is full", refused.Message, StringComparison.Ordinal);
        }
        Assert.Equal(LogFault.DiskFull, Assert.Throws<LogException>(() => TestLogs.Open(Files)).Fault);
        fault = (_, _) => null;
        await AllIsThere(10);
    }

    [Fact]
    public void Error_of_a_device_that_is_always_full_is_known_as_such()
    {
        Assert.SkipUnless(File.Exists("/dev/full"), "there is no /dev/full");
        using var full = File.OpenHandle("/dev/full", FileMode.Open, FileAccess.Write);
        Assert.True(DiskErrors.IsFull(Assert.ThrowsAny<IOException>(() => RandomAccess.Write(full, new byte[10], 0))));
    }

    [Fact]
    public void Directory_that_cannot_be_written_is_refused_in_one_line()
    {
        fault = (operation, _) => operation == "mkdir" ? new UnauthorizedAccessException("Access to the path is denied.") : null;
        var refused = Assert.Throws<LogException>(() => TestLogs.Create(Files));
        Assert.Equal(LogFault.Io, refused.Fault);
        Assert.DoesNotContain('\n', refused.Message);
    }

    [Fact]
    public async Task Sink_that_fails_stops_the_log_and_gets_its_attachment_when_it_is_opened_again()
    {
        var sink = new FailingSink { Fails = true };
        var options = TestLogs.Quick with { Attachments = sink };
        await using (var log = TestLogs.Create(Files, options))
        {
            var appended = await log.AppendAsync(TestLogs.Entry(1), "private"u8.ToArray());
            Assert.Equal(1UL, appended.Index);
            await Assert.ThrowsAsync<LogStoppedException>(() => log.WaitForCheckpointAsync(1));
        }
        sink.Fails = false;
        await using (TestLogs.Open(Files, options))
            Assert.Equal("private"u8.ToArray(), sink.Kept[1]);
    }

    private async Task AllIsThere(ulong size)
    {
        await using (var log = TestLogs.Open(Files))
        {
            // An entry that was refused may have reached the disk all the same; those before it must have.
            Assert.True(log.Size >= size);
            Assert.Equal(TestLogs.Root(size), log.Reader.RootAt(size));
            await log.AppendAsync("and on"u8.ToArray());
        }
        var report = Fsck.Run(Files, TestLogs.VerifierKey);
        Assert.Empty(report.Findings);
    }

    private sealed class FailingSink : IAttachmentSink
    {
        public bool Fails { get; set; }

        public Dictionary<ulong, byte[]> Kept { get; } = [];

        public void Keep(IReadOnlyList<Attachment> attachments)
        {
            if (Fails)
                throw new IOException("the sink is broken");
            foreach (var (index, bytes) in attachments)
                Kept[index] = bytes.ToArray();
        }
    }
}
